/** Small nodes and pods for the scheduler's tests. */
import type { Node, Pod, PodSpec } from '../api/core/v1.gen.ts';
import { SchedulerCache } from './cache/scheduler-cache.ts';

export function makeNode(name: string, options: { readonly labels?: Record<string, string>; readonly allocatable?: Record<string, string>; readonly spec?: Node['spec'] } = {}): Node {
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...options.labels } } as unknown as Node['metadata'],
    spec: options.spec ?? {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...options.allocatable } } as unknown as Node['status'],
  };
}

let next = 0;

export function makePod(name: string, options: { readonly labels?: Record<string, string>; readonly requests?: Record<string, string>; readonly spec?: Partial<PodSpec>; readonly status?: Pod['status'] } = {}): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `${name}-${next++}`, labels: options.labels ?? {} } as unknown as Pod['metadata'],
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: options.requests } }], ...options.spec },
    status: options.status ?? {},
  };
}

/** A cache with these nodes, and pods on them. */
export function makeCache(nodes: readonly Node[], placed: readonly (readonly [node: string, pod: Pod])[] = []): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.setNode(node);
  for (const [nodeName, pod] of placed) cache.setPod({ ...pod, spec: { ...pod.spec, nodeName } });
  return cache;
}

/** Small objects for the tests of controllers. Times: milliseconds since the epoch, or text. */
import type { Deployment, ReplicaSet } from '../../api/apps/v1.gen.ts';
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, PodStatus, Service } from '../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../api/meta/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { formatTime } from '../../base/clock.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

export const at = (offsetSeconds: number): string => formatTime(NOW + offsetSeconds * 1000);

export function meta(name: string, extra: Draft<ObjectMeta> = {}): ObjectMeta {
  return {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: at(0),
    ...extra,
  } as ObjectMeta;
}

export function controlledBy(kind: string, name: string, apiVersion = 'apps/v1') {
  return [{ apiVersion, kind, name, uid: `uid-${name}`, controller: true, blockOwnerDeletion: true }];
}

type PodExtra = { metadata?: Draft<ObjectMeta>; spec?: Draft<Pod['spec']>; status?: Draft<PodStatus> };

export function pod(name: string, { metadata = {}, spec = {}, status = {} }: PodExtra = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, metadata),
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
    status: { phase: 'Running', ...status },
  } as unknown as Pod;
}

export function readyPod(name: string, { status = {}, ...extra }: PodExtra = {}, since = -60): Pod {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: at(since) }];
  return pod(name, { ...extra, status: { conditions, podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], ...status } });
}

export function node(
  name: string,
  extra: { metadata?: Draft<ObjectMeta>; spec?: Draft<Node['spec']>; status?: Draft<Node['status']> } = {},
): Node {
  const { namespace: _, ...metadata } = meta(name, extra.metadata);
  return { apiVersion: 'v1', kind: 'Node', metadata, spec: { ...extra.spec }, status: { ...extra.status } } as unknown as Node;
}

const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

export function deployment(replicas: number, spec: Draft<Deployment['spec']> = {}, status: Draft<Deployment['status']> = {}): Deployment {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta('web'),
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: TEMPLATE, strategy, ...spec },
    status,
  } as unknown as Deployment;
}

export function replicaSet(
  name: string,
  replicas: number,
  extra: { metadata?: Draft<ObjectMeta>; spec?: Draft<ReplicaSet['spec']>; status?: Draft<ReplicaSet['status']> } = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta(name, extra.metadata),
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: TEMPLATE, ...extra.spec },
    status: { replicas, ...extra.status },
  } as unknown as ReplicaSet;
}

export function service(spec: Draft<Service['spec']> = {}, metadata: Draft<ObjectMeta> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta('svc', metadata),
    spec: { clusterIP: '10.96.0.1', ipFamilies: ['IPv4'], ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec },
    status: {},
  } as unknown as Service;
}

export function job(spec: Draft<Job['spec']> = {}, status: Draft<Job['status']> = {}, metadata: Draft<ObjectMeta> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta('job', metadata),
    spec: { parallelism: 2, completions: 4, backoffLimit: 6, template: TEMPLATE, ...spec },
    status: { startTime: at(-60), ...status },
  } as unknown as Job;
}

export function volume(name: string, size: string, spec: Draft<PersistentVolume['spec']> = {}): PersistentVolume {
  const { namespace: _, ...metadata } = meta(name);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata,
    spec: { capacity: { storage: size }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain', ...spec },
    status: { phase: 'Available' },
  } as unknown as PersistentVolume;
}

/** The claim `shop/data`. */
export function claim(size: string, spec: Draft<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta('data'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...spec },
    status: { phase: 'Pending' },
  } as unknown as PersistentVolumeClaim;
}

/** Amounts of resources as plain numbers: CPU in millicores, everything else in units or bytes. */
import type { Container, Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';

export type Amounts = Readonly<Record<string, number>>;

const parsed = new Map<string, number>();
const CACHE_LIMIT = 10_000;

/** A quantity in the resource's unit, rounded up. */
export function amountOf(resource: string, quantity: string): number {
  const key = resource === 'cpu' ? `c${quantity}` : `q${quantity}`;
  let value = parsed.get(key);
  if (value === undefined) {
    const q = Quantity.parse(quantity);
    value = Number(resource === 'cpu' ? q.milliValue() : q.value());
    if (parsed.size >= CACHE_LIMIT) parsed.clear();
    parsed.set(key, value);
  }
  return value;
}

export function amounts(list: Readonly<Record<string, string>> | undefined): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(list ?? {})) out[name] = amountOf(name, quantity);
  return out;
}

function addTo(sum: Record<string, number>, more: Amounts): void {
  for (const [name, value] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + value;
}

function maxOf(sum: Record<string, number>, other: Amounts): void {
  for (const [name, value] of Object.entries(other)) sum[name] = Math.max(sum[name] ?? 0, value);
}

const isSidecar = (container: Container) => container.restartPolicy === 'Always';

/**
 * What a pod asks for (k8s.io/component-helpers/resource PodRequests): containers and sidecars together, but at least what any init
 * container needs beside the sidecars before it; then pod-level requests and the overhead.
 */
export function podRequests(pod: Pod, pick: (requirements: ResourceRequirements | undefined, name: string) => Amounts = (r) => amounts(r?.requests)): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const container of pod.spec.containers) addTo(sum, resized(pod, container, pick));
  const sidecars: Record<string, number> = {};
  const initial: Record<string, number> = {};
  for (const container of pod.spec.initContainers ?? []) {
    const own = resized(pod, container, pick);
    const together: Record<string, number> = { ...sidecars };
    addTo(together, own);
    if (isSidecar(container)) {
      addTo(sum, own);
      addTo(sidecars, own);
    }
    maxOf(initial, together);
  }
  maxOf(sum, initial);
  const level = amounts(pod.spec.resources?.requests);
  for (const name of ['cpu', 'memory', ...Object.keys(level).filter((n) => n.startsWith('hugepages-'))]) if (level[name] !== undefined) sum[name] = level[name];
  addTo(sum, amounts(pod.spec.overhead));
  return sum;
}

/** While a resize is under way the pod holds the larger of what it has and what it wants. */
function resized(pod: Pod, container: Container, pick: (requirements: ResourceRequirements | undefined, name: string) => Amounts): Amounts {
  const wanted = pick(container.resources, container.name);
  const status = pod.status?.containerStatuses?.find((s) => s.name === container.name);
  if (!status?.resources && !status?.allocatedResources) return wanted;
  const most: Record<string, number> = { ...wanted };
  maxOf(most, amounts(status.allocatedResources));
  if (status.resources) maxOf(most, pick(status.resources, container.name));
  return most;
}

/** CPU and memory that a container without requests counts for in scoring. */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

/** Like podRequests, with a minimum for containers that name none. */
export function nonZeroRequests(pod: Pod): { readonly cpu: number; readonly memory: number } {
  const { cpu = 0, memory = 0 } = podRequests(pod, (r) => {
    const own = amounts(r?.requests);
    return { cpu: own['cpu'] ?? DEFAULT_MILLI_CPU, memory: own['memory'] ?? DEFAULT_MEMORY };
  });
  return { cpu, memory };
}

/** Which pods go first when there are too many (pkg/controller/controller_utils.go, ActivePodsWithRanks). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { isPodReady, podReadyTime } from './pod-status.ts';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Sorts so that the pods to be deleted first come first. `rank` of a pod: how many pods of the same owners share its node (a higher rank goes
 * first). `now` in milliseconds; times are compared on a logarithmic scale, so that pods of about the same age are picked at random (by UID).
 */
export function sortByDeletionPreference(pods: readonly Pod[], rank: (pod: Pod) => number, now: number): Pod[] {
  return [...pods].sort((a, b) => comparePods(a, b, rank, now));
}

function comparePods(a: Pod, b: Pod, rank: (pod: Pod) => number, now: number): number {
  const assigned = (p: Pod) => (p.spec.nodeName ? 1 : 0);
  const byCheap =
    assigned(a) - assigned(b) ||
    phase(a) - phase(b) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    rank(b) - rank(a);
  if (byCheap !== 0) return byCheap;
  const readyA = podReadyTime(a);
  const readyB = podReadyTime(b);
  if (isPodReady(a) && readyA !== readyB) return compareAge(a, b, readyA, readyB, now);
  const [regularA, sidecarA] = maxContainerRestarts(a);
  const [regularB, sidecarB] = maxContainerRestarts(b);
  if (regularA !== regularB) return regularB - regularA;
  if (sidecarA !== sidecarB) return sidecarB - sidecarA;
  const createdA = time(a.metadata.creationTimestamp);
  const createdB = time(b.metadata.creationTimestamp);
  return createdA === createdB ? 0 : compareAge(a, b, createdA, createdB, now);
}

const phase = (pod: Pod) => PHASE_ORDER[pod.status?.phase ?? ''] ?? 0;
const time = (text: string | undefined) => (text ? Date.parse(text) : undefined);

/** The younger first; without a time before all. */
function compareAge(a: Pod, b: Pod, timeA: number | undefined, timeB: number | undefined, now: number): number {
  if (timeA === undefined || timeB === undefined) return timeA === undefined ? -1 : 1;
  const difference = logarithmicAge(now - timeA) - logarithmicAge(now - timeB);
  if (difference !== 0) return difference;
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}

/** Powers of two of nanoseconds, as upstream counts them. */
function logarithmicAge(ms: number): number {
  return ms > 0 ? Math.floor(Math.log2(ms * 1e6)) : -1;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

function maxContainerRestarts(pod: Pod): [regular: number, sidecar: number] {
  let regular = 0;
  let sidecar = 0;
  for (const c of pod.status?.containerStatuses ?? []) regular = Math.max(regular, c.restartCount);
  const sidecars = new Set(pod.spec.initContainers?.filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  for (const c of pod.status?.initContainerStatuses ?? []) if (sidecars.has(c.name)) sidecar = Math.max(sidecar, c.restartCount);
  return [regular, sidecar];
}

/** Sorts active pods for removal without ranks or costs, by exact age: unassigned, pending, not ready, youngest first. */
export function sortActivePods(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) => {
    const assigned = (p: Pod) => (p.spec.nodeName ? 1 : 0);
    const simple = assigned(a) - assigned(b) || phase(a) - phase(b) || Number(isPodReady(a)) - Number(isPodReady(b));
    if (simple !== 0) return simple;
    const byReady = younger(podReadyTime(a), podReadyTime(b));
    if (isPodReady(a) && byReady !== 0) return byReady;
    const [regularA, sidecarA] = maxContainerRestarts(a);
    const [regularB, sidecarB] = maxContainerRestarts(b);
    return regularB - regularA || sidecarB - sidecarA || younger(time(a.metadata.creationTimestamp), time(b.metadata.creationTimestamp));
  });
}

function younger(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return a === undefined || b === undefined ? (a === undefined ? -1 : 1) : b - a;
}

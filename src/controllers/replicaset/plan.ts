/** How many pods a replica set must create or which it must delete (pkg/controller/replicaset/replica_set.go manageReplicas). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { sortByDeletionPreference } from '../shared/active-pods.ts';
import { isPodActive } from '../shared/pod-status.ts';

/** No more pods than this are created or deleted in one go; the next sync goes on. */
export const BURST_REPLICAS = 500;

export type ReplicaPlan = { readonly create: number } | { readonly delete: readonly Pod[] };

/**
 * `active`: the set's own pods that run or will run. `related`: pods of sets with the same owner; deletion prefers nodes that have many of
 * them. `now`: milliseconds.
 */
export function planReplicas(desired: number, active: readonly Pod[], related: readonly Pod[], now: number): ReplicaPlan {
  const surplus = active.length - desired;
  if (surplus <= 0) return { create: Math.min(desired - active.length, BURST_REPLICAS) };
  const count = Math.min(surplus, BURST_REPLICAS);
  if (count >= active.length) return { delete: active };
  const onNode = new Map<string | undefined, number>();
  for (const pod of related) if (isPodActive(pod)) onNode.set(pod.spec.nodeName, (onNode.get(pod.spec.nodeName) ?? 0) + 1);
  return { delete: sortByDeletionPreference(active, (pod) => onNode.get(pod.spec.nodeName) ?? 0, now).slice(0, count) };
}

import type { Pod } from '../../api/core/v1.gen.ts';

/** What a pod uses of the resource that is short. */
export interface RankedPod {
  readonly pod: Pod;
  readonly used: number;
  readonly requested: number;
}

/**
 * Pods in the order in which they are evicted: those above their request first, then by priority, then by how far above they are. Of resources
 * without requests (pids, inodes) `requested` is 0 and `byRequest` false. Pure.
 */
export function rankPods(pods: readonly RankedPod[], byRequest: boolean): RankedPod[] {
  const exceeds = ({ used, requested }: RankedPod) => Number(byRequest && used > requested);
  const priority = ({ pod }: RankedPod) => pod.spec.priority ?? 0;
  return [...pods].sort((a, b) => exceeds(b) - exceeds(a) || priority(a) - priority(b) || b.used - b.requested - (a.used - a.requested));
}

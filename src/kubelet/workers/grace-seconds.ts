import type { Pod } from '../../api/core/v1.gen.ts';

/** Seconds a terminating pod has: it only ever gets shorter, and is at least one (pkg/kubelet calculateEffectiveGracePeriod). */
export function effectiveGrace(current: number, pod: Pod, override: number | undefined): number {
  let grace = current;
  let overridden = false;
  for (const wish of [pod.metadata.deletionGracePeriodSeconds, override]) {
    if (wish === undefined || (grace !== 0 && wish >= grace)) continue;
    grace = wish;
    overridden = true;
  }
  if (!overridden && grace === 0) grace = pod.spec.terminationGracePeriodSeconds ?? 0;
  return Math.max(1, grace);
}

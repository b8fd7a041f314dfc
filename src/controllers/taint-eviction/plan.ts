/** When a pod must leave a tainted node, pure (pkg/controller/tainteviction). */
import type { Pod, Taint } from '../../api/core/v1.gen.ts';
import { tolerates } from '../shared/tolerations.ts';

export function noExecuteTaints(taints: readonly Taint[] | undefined): Taint[] {
  return (taints ?? []).filter((t) => t.effect === 'NoExecute');
}

/** Milliseconds that the pod tolerates these taints: 0 not at all, undefined for ever. */
export function tolerationTime(pod: Pod, taints: readonly Taint[]): number | undefined {
  const tolerations = pod.spec.tolerations ?? [];
  const used = taints.map((taint) => tolerations.find((t) => tolerates(t, taint)));
  if (used.includes(undefined)) return 0;
  const seconds = used.flatMap((t) => t?.tolerationSeconds ?? []);
  return seconds.length === 0 ? undefined : Math.max(0, Math.min(...seconds)) * 1000;
}

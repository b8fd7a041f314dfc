import type { Pod } from '../../api/core/v1.gen.ts';
import { sameJson } from '../status/status-patch.ts';

/** Whether a change of a pod is more than a new status: its spec, labels, annotations or its deletion. */
export function differsSemantically(a: Pod, b: Pod): boolean {
  const [x, y] = [a.metadata, b.metadata];
  return (
    x.deletionTimestamp !== y.deletionTimestamp ||
    x.deletionGracePeriodSeconds !== y.deletionGracePeriodSeconds ||
    !sameJson(x.labels ?? {}, y.labels ?? {}) ||
    !sameJson(x.annotations ?? {}, y.annotations ?? {}) ||
    !sameJson(a.spec, b.spec)
  );
}

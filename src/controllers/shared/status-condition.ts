import type { Condition } from '../../api/meta/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';

/** Conditions with this one set; its transition time is kept while the status stays (apimachinery/pkg/api/meta SetStatusCondition). `now` in milliseconds. */
export function setStatusCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): Condition[] {
  const all = conditions ?? [];
  const current = all.find((c) => c.type === condition.type);
  const lastTransitionTime = current?.status === condition.status ? current.lastTransitionTime : formatTime(now);
  const wanted = { ...condition, lastTransitionTime };
  return current ? all.map((c) => (c === current ? wanted : c)) : [...all, wanted];
}

import type { JobCondition } from '../../api/batch/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';

/** `now` in milliseconds. */
export function newCondition(type: string, reason: string, message: string, now: number, status = 'True'): JobCondition {
  return { type, status, lastProbeTime: formatTime(now), lastTransitionTime: formatTime(now), reason, message };
}

export function trueCondition(conditions: readonly JobCondition[] | undefined, type: string): JobCondition | undefined {
  return conditions?.find((c) => c.type === type && c.status === 'True');
}

/** Conditions with this one set, or undefined when it is there already. False is never added, only changed to. */
export function ensureCondition(conditions: readonly JobCondition[] | undefined, condition: JobCondition): JobCondition[] | undefined {
  const all = conditions ?? [];
  const current = all.find((c) => c.type === condition.type);
  if (!current) return condition.status === 'False' ? undefined : [...all, condition];
  if (current.status === condition.status && current.reason === condition.reason && current.message === condition.message) return undefined;
  return all.map((c) => (c === current ? condition : c));
}

/** When a cron job is due, pure (pkg/controller/cronjob/utils.go). Times in milliseconds. */
import type { CronJob, Job } from '../../api/batch/v1.gen.ts';
import type { CronSchedule } from '../../machinery/cron/cron-schedule.ts';

/** The next look is a little after the scheduled second, because clocks are not exact. */
const DELTA_MS = 100;
const MANY_MISSED = 100;

interface Missed {
  readonly earliest: number;
  /** The last scheduled time that has passed, if any. */
  readonly mostRecent: number | undefined;
  readonly missed: 'none' | 'few' | 'many';
}

/** Throws when the schedule's times are less than a second apart. */
function mostRecentSchedule(cj: CronJob, now: number, schedule: CronSchedule, withDeadline: boolean): Missed {
  const last = cj.status.lastScheduleTime;
  let earliest = Date.parse(last ?? cj.metadata.creationTimestamp);
  const deadline = cj.spec.startingDeadlineSeconds;
  if (withDeadline && deadline !== undefined) earliest = Math.max(earliest, now - deadline * 1000);
  const first = schedule.next(earliest);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || now < first) return { earliest, mostRecent: undefined, missed: 'none' };
  if (second === undefined || now < second) return { earliest, mostRecent: first, missed: 'none' };
  const interval = Math.round((second - first) / 1000);
  if (interval < 1) throw new Error('time difference between two schedules is less than 1 second');
  const count = Math.floor(Math.floor((now - first) / 1000) / interval) + 1;
  let mostRecent: number | undefined;
  for (let t = schedule.next(first + (count - 2) * interval * 1000); t !== undefined && t <= now; t = schedule.next(t)) mostRecent = t;
  return { earliest, mostRecent, missed: count > MANY_MISSED ? 'many' : count > 0 ? 'few' : 'none' };
}

/** The time the cron job is due for, if it is, and whether suspiciously many were missed. */
export function dueTime(cj: CronJob, now: number, schedule: CronSchedule): { readonly at: number | undefined; readonly tooMany: boolean } {
  const { mostRecent, missed } = mostRecentSchedule(cj, now, schedule, true);
  if (mostRecent === undefined || mostRecent > now) return { at: undefined, tooMany: false };
  return { at: mostRecent, tooMany: missed === 'many' };
}

/** Milliseconds until the cron job must be looked at again; undefined when it will never be due. */
export function untilNext(cj: CronJob, now: number, schedule: CronSchedule): number | undefined {
  let from = now;
  try {
    const { earliest, mostRecent, missed } = mostRecentSchedule(cj, now, schedule, false);
    from = mostRecent ?? (missed === 'none' ? earliest : now);
  } catch {
    // Times too close together: count from now.
  }
  const next = schedule.next(from);
  return next === undefined ? undefined : next + DELTA_MS - now;
}

/** Name of the job for a scheduled time: the same however often it is tried. */
export function jobName(cj: CronJob, at: number): string {
  return `${cj.metadata.name}-${Math.floor(at / 60_000)}`;
}

/** The oldest jobs beyond a history limit. */
export function surplusJobs(finished: readonly Job[], limit: number | undefined): Job[] {
  if (limit === undefined) return [];
  const start = (j: Job) => (j.status.startTime ? Date.parse(j.status.startTime) : Infinity);
  const sorted = [...finished].sort((a, b) => (start(a) === start(b) ? (a.metadata.name < b.metadata.name ? -1 : 1) : start(a) - start(b)));
  return sorted.slice(0, Math.max(0, finished.length - limit));
}

/** How long a job waits before it replaces failed pods (pkg/controller/job/backoff_utils.go). Times in milliseconds. */
import type { Pod } from '../../api/core/v1.gen.ts';
import { finishedTime, indexAbsoluteFailures } from './job-pods.ts';

const BASE_MS = 10_000;
const MAX_MS = 10 * 60_000;

export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number;
  readonly lastFailureTime: number | undefined;
}

export const NO_BACKOFF: BackoffRecord = { failuresAfterLastSuccess: 0, lastFailureTime: undefined };

/** The record after these pods ended. A success wipes the failures before it. */
export function nextBackoff(record: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  const failures = failed.map(finishedTime);
  const latest = (times: readonly number[]) => (times.length === 0 ? undefined : Math.max(...times));
  if (succeeded.length === 0) {
    if (failures.length === 0) return record;
    return { failuresAfterLastSuccess: record.failuresAfterLastSuccess + failures.length, lastFailureTime: latest(failures) };
  }
  const lastSuccess = Math.max(...succeeded.map(finishedTime));
  const later = failures.filter((t) => t > lastSuccess);
  return { failuresAfterLastSuccess: later.length, lastFailureTime: latest(later) };
}

/** Milliseconds to wait still. */
export function remainingBackoff({ failuresAfterLastSuccess, lastFailureTime }: BackoffRecord, now: number): number {
  if (failuresAfterLastSuccess === 0 || lastFailureTime === undefined) return 0;
  const delay = Math.min(MAX_MS, BASE_MS * 2 ** (failuresAfterLastSuccess - 1));
  return Math.max(0, delay - (now - lastFailureTime));
}

/** The same for one index, whose last pod failed. */
export function remainingIndexBackoff(lastFailed: Pod | undefined, now: number): number {
  if (!lastFailed) return 0;
  return remainingBackoff(
    { failuresAfterLastSuccess: indexAbsoluteFailures(lastFailed) + 1, lastFailureTime: finishedTime(lastFailed) },
    now,
  );
}

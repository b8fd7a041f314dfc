/** Which pods a running job creates or deletes, pure (pkg/controller/job/job_controller.go manageJob). */
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { sortActivePods } from '../shared/active-pods.ts';
import { isPodTerminating } from '../shared/pod-status.ts';
import { remainingBackoff, remainingIndexBackoff } from './backoff.ts';
import type { JobState } from './evaluate.ts';
import { intervalsOf, merge } from './intervals.ts';
import { completionIndex, hasBackoffLimitPerIndex, isIndexed, isSuspended, onlyReplaceFailed } from './job-pods.ts';

const MAX_PER_SYNC = 500;

export type PodPlan =
  | { readonly action: 'none' }
  | { readonly action: 'delete'; readonly pods: readonly Pod[] }
  /** Look again after so many milliseconds: failed pods are replaced with a back-off. */
  | { readonly action: 'wait'; readonly ms: number }
  /** `indexes` is undefined for jobs that are not indexed. */
  | { readonly action: 'create'; readonly count: number; readonly indexes: readonly number[] | undefined };

/** `now` in milliseconds. */
export function planPods(state: JobState, now: number): PodPlan {
  const { job, active } = state;
  if (isSuspended(job)) return { action: 'delete', pods: podsForRemoval(job, active, active.length) };
  const wanted = wantedActive(state);
  const doomed = podsForRemoval(job, active, Math.max(0, active.length - wanted)).slice(0, MAX_PER_SYNC);
  if (doomed.length > 0) return { action: 'delete', pods: doomed };
  const missing = wanted - (onlyReplaceFailed(job) ? state.terminating : 0) - active.length;
  if (missing <= 0) return { action: 'none' };
  if (!hasBackoffLimitPerIndex(job)) {
    const ms = remainingBackoff(state.backoff, now);
    if (ms > 0) return { action: 'wait', ms };
  }
  const count = Math.min(missing, MAX_PER_SYNC);
  if (!isIndexed(job)) return { action: 'create', count, indexes: undefined };
  return planIndexes(state, firstPendingIndexes(state, count), now);
}

function planIndexes({ job, delayedDeletion }: JobState, indexes: readonly number[], now: number): PodPlan {
  if (!hasBackoffLimitPerIndex(job)) return { action: 'create', count: indexes.length, indexes };
  const waits = indexes.map((index) => ({ index, ms: remainingIndexBackoff(delayedDeletion.get(index), now) }));
  const ready = waits.filter((w) => w.ms === 0).map((w) => w.index);
  if (ready.length === 0 && waits.length > 0) return { action: 'wait', ms: Math.min(...waits.map((w) => w.ms)) };
  return { action: 'create', count: ready.length, indexes: ready };
}

function wantedActive({ job, active, succeeded }: JobState): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** At least so many pods, and every pod that is one too many for its index. */
function podsForRemoval(job: Job, active: readonly Pod[], atLeast: number): Pod[] {
  const removed: Pod[] = [];
  let left: readonly Pod[] = active;
  if (isIndexed(job)) {
    const completions = job.spec.completions ?? 0;
    const kept: Pod[] = [];
    for (const [index, pods] of Map.groupBy(active, completionIndex)) {
      if (index === undefined || index >= completions) removed.push(...pods);
      else {
        const sorted = sortActivePods(pods);
        removed.push(...sorted.slice(0, -1));
        kept.push(...sorted.slice(-1));
      }
    }
    left = kept;
  }
  return removed.length >= atLeast ? removed : [...removed, ...sortActivePods(left).slice(0, atLeast - removed.length)];
}

/** The lowest indexes that neither succeeded, failed nor have a pod. */
export function firstPendingIndexes(state: JobState, count: number): number[] {
  const { job, active, pods, succeededIndexes, failedIndexes } = state;
  const completions = job.spec.completions ?? 0;
  const busy = onlyReplaceFailed(job) ? [...active, ...pods.filter(isPodTerminating)] : active;
  const taken = merge(merge(succeededIndexes, intervalsOf(busy.flatMap((p) => completionIndex(p) ?? []))), failedIndexes ?? []);
  const out: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...taken, { first: completions, last: completions }]) {
    for (; candidate < first && candidate < completions && out.length < count; candidate++) out.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return out;
}

/** The state of a job as its pods show it, and whether it is over; pure (pkg/controller/job/job_controller.go syncJob). */
import type { Job, JobCondition } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../shared/pod-status.ts';
import { nextBackoff, type BackoffRecord } from './backoff.ts';
import { newCondition, trueCondition } from './conditions.ts';
import { includes, intervalsOf, merge, parse, total, type Intervals } from './intervals.ts';
import {
  completionIndex,
  finishedTime,
  hasBackoffLimitPerIndex,
  hasTrackingFinalizer,
  indexAbsoluteFailures,
  indexFailures,
  isIndexed,
  isPodFailed,
  isSuspended,
} from './job-pods.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';
import { matchSuccessPolicy } from './success-policy.ts';

export interface JobState {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Indexed jobs: completed indexes as the status has them, and with the pods that succeeded since. */
  readonly previousIndexes: Intervals;
  readonly succeededIndexes: Intervals;
  /** Jobs with backoffLimitPerIndex. */
  readonly failedIndexes: Intervals | undefined;
  /** The last failed pod of each index that is to be tried again: it stays until its replacement exists. */
  readonly delayedDeletion: ReadonlyMap<number, Pod>;
  readonly backoff: BackoffRecord;
  /** FailureTarget, SuccessCriteriaMet or Failed, when the job is over. */
  readonly finished: JobCondition | undefined;
  /** UIDs of pods whose finalizer was removed, not yet seen in the cache. */
  readonly finalizersRemoved: ReadonlySet<string>;
}

export interface JobInput {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly backoff: BackoffRecord;
  readonly finalizersRemoved: ReadonlySet<string>;
  /** Milliseconds. */
  readonly now: number;
}

export function evaluateJob({ job, pods, backoff, finalizersRemoved, now }: JobInput): JobState {
  const { uncountedTerminatedPods: uncounted, succeeded = 0, failed = 0 } = job.status;
  const valid = pods.filter((p) => isCounted(job, p, finalizersRemoved));
  const newSucceeded = valid.filter((p) => p.status.phase === 'Succeeded' && !uncounted?.succeeded?.includes(p.metadata.uid));
  const newFailed = valid.filter((p) => isPodFailed(p, job) && !uncounted?.failed?.includes(p.metadata.uid));
  const countedFailures = newFailed.filter((p) => matchPodFailurePolicy(job.spec.podFailurePolicy, p).counts).length;
  const active = pods.filter(isPodActive);
  const completions = job.spec.completions ?? 0;
  const previousIndexes = isIndexed(job) ? parse(job.status.completedIndexes, completions) : [];
  const succeededIndexes = isIndexed(job) ? withSucceeded(job, pods, previousIndexes) : [];
  const failedIndexes = isIndexed(job) && hasBackoffLimitPerIndex(job) ? failedIndexesOf(job, pods) : undefined;
  const failedTotal = failed + countedFailures + (uncounted?.failed?.length ?? 0);
  const state: JobState = {
    job,
    pods,
    active,
    terminating: pods.filter(isPodTerminating).length,
    ready: active.filter(isPodReady).length,
    succeeded: isIndexed(job) ? total(succeededIndexes) : succeeded + newSucceeded.length + (uncounted?.succeeded?.length ?? 0),
    failed: failedTotal,
    previousIndexes,
    succeededIndexes,
    failedIndexes,
    delayedDeletion: new Map(),
    backoff: nextBackoff(backoff, newSucceeded, newFailed),
    finished: undefined,
    finalizersRemoved,
  };
  return { ...state, delayedDeletion: failedIndexes ? delayedDeletions(state) : new Map(), finished: finishedCondition(state, now) };
}

/** Pods that have not been counted for good: the finalizer is on, and the index makes sense. */
function isCounted(job: Job, pod: Pod, finalizersRemoved: ReadonlySet<string>): boolean {
  if (!hasTrackingFinalizer(pod) || finalizersRemoved.has(pod.metadata.uid)) return false;
  return !isIndexed(job) || isValidIndex(job, pod);
}

function isValidIndex(job: Job, pod: Pod): boolean {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0);
}

function indexesOf(pods: readonly Pod[]): number[] {
  return pods.flatMap((p) => completionIndex(p) ?? []);
}

function withSucceeded(job: Job, pods: readonly Pod[], previous: Intervals): Intervals {
  const now = pods.filter((p) => p.status.phase === 'Succeeded' && isValidIndex(job, p) && hasTrackingFinalizer(p));
  return merge(previous, intervalsOf(indexesOf(now)));
}

function failedIndexesOf(job: Job, pods: readonly Pod[]): Intervals {
  const now = pods.filter((p) => isValidIndex(job, p) && hasTrackingFinalizer(p) && isIndexFailed(job, p));
  return merge(parse(job.status.failedIndexes, job.spec.completions ?? 0), intervalsOf(indexesOf(now)));
}

function isIndexFailed(job: Job, pod: Pod): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = matchPodFailurePolicy(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && indexFailures(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
}

function delayedDeletions({ job, pods, active, succeededIndexes, failedIndexes = [], finalizersRemoved }: JobState): Map<number, Pod> {
  const activeIndexes = new Set(indexesOf(active));
  const out = new Map<number, Pod>();
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index === undefined || !isCounted(job, pod, finalizersRemoved) || !isPodFailed(pod, job)) continue;
    if (includes(succeededIndexes, index) || includes(failedIndexes, index) || activeIndexes.has(index)) continue;
    const last = out.get(index);
    const later = !last || (indexAbsoluteFailures(last) <= indexAbsoluteFailures(pod) && finishedTime(pod) >= finishedTime(last));
    if (later) out.set(index, pod);
  }
  return out;
}

function finishedCondition(state: JobState, now: number): JobCondition | undefined {
  const { job, pods } = state;
  const met = trueCondition(job.status.conditions, 'SuccessCriteriaMet');
  if (met) return met;
  const target = trueCondition(job.status.conditions, 'FailureTarget');
  if (target) return newCondition('Failed', target.reason ?? '', target.message ?? '', now);
  const fail = (reason: string, message: string) => newCondition('FailureTarget', reason, message, now);
  const byPolicy = failedPods(job, pods).flatMap((p) => matchPodFailurePolicy(job.spec.podFailurePolicy, p).message ?? [])[0];
  if (byPolicy !== undefined) return fail('PodFailurePolicy', byPolicy);
  if (state.failed > (job.spec.backoffLimit ?? 6) || pastBackoffLimitOnFailure(job, pods)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (activeDeadlineLeft(job, now) === 0) return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  return isIndexed(job) ? finishedByIndexes(state, now, fail) : undefined;
}

function finishedByIndexes(
  { job, failedIndexes, succeededIndexes }: JobState,
  now: number,
  fail: (reason: string, message: string) => JobCondition,
): JobCondition | undefined {
  const failed = failedIndexes ? total(failedIndexes) : 0;
  const { maxFailedIndexes, completions = 0 } = job.spec;
  if (failedIndexes && maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failed > 0 && failed + total(succeededIndexes) >= completions) return fail('FailedIndexes', 'Job has failed indexes');
  const message = matchSuccessPolicy(job.spec.successPolicy, completions, succeededIndexes);
  return message === undefined ? undefined : newCondition('SuccessCriteriaMet', 'SuccessPolicy', message, now);
}

function failedPods(job: Job, pods: readonly Pod[]): Pod[] {
  return job.spec.podFailurePolicy ? pods.filter((p) => isPodFailed(p, job)) : [];
}

/** Restarts in place count as failures when the pods restart OnFailure. */
function pastBackoffLimitOnFailure(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const c of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += c.restartCount;
  }
  const limit = job.spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until the active deadline; 0 when it has passed; undefined when none runs. */
export function activeDeadlineLeft(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || !job.status.startTime || isSuspended(job)) return undefined;
  return Math.max(0, Date.parse(job.status.startTime) + activeDeadlineSeconds * 1000 - now);
}

/**
 * Counting of ended pods, pure (pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers, KEP-2307). An ended pod is first listed in
 * status.uncountedTerminatedPods, then loses its finalizer, then moves from the list to the counter: so none is counted twice or never.
 */
import type { JobCondition, JobStatus } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { ensureCondition, newCondition, trueCondition } from './conditions.ts';
import type { JobState } from './evaluate.ts';
import { format, includes, intervalsOf, merge, total } from './intervals.ts';
import { completionIndex, hasBackoffLimitPerIndex, hasTrackingFinalizer, isIndexed, isPodFailed } from './job-pods.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';

const MAX_UNCOUNTED = 500;

export interface Tracking {
  readonly status: JobStatus;
  /** Ended pods that are listed or counted by this status: their finalizer may go once it is written. */
  readonly release: readonly Pod[];
  /** UIDs of the job's pods that still have the finalizer. */
  readonly withFinalizer: ReadonlySet<string>;
  /** Complete or Failed, to be set when nothing is uncounted or terminating any more. */
  readonly finished: JobCondition | undefined;
  /** The status differs from the job's. */
  readonly changed: boolean;
  /** More pods are to be counted than fit into one status. */
  readonly full: boolean;
}

/** `status`: the job's status with this sync's numbers. `finished`: FailureTarget, SuccessCriteriaMet or Failed, if the job is over. */
export function trackPods(state: JobState, status: JobStatus, finished: JobCondition | undefined, now: number): Tracking {
  const { job } = state;
  const pods = state.pods.filter((p) => hasTrackingFinalizer(p) && !state.finalizersRemoved.has(p.metadata.uid));
  const withFinalizer = new Set(pods.map((p) => p.metadata.uid));
  const cleaned = countReleased(status, withFinalizer);
  const uncounted = {
    succeeded: [...(cleaned.status.uncountedTerminatedPods?.succeeded ?? [])],
    failed: [...(cleaned.status.uncountedTerminatedPods?.failed ?? [])],
  };
  let changed = cleaned.changed;
  let full = false;
  const release: Pod[] = [];
  const newIndexes: number[] = [];
  for (const pod of isIndexed(job) ? [...pods].sort(byIndex) : pods) {
    if (!canRelease(state, pod, finished)) continue;
    release.push(pod);
    const outcome = outcomeOf(state, pod, finished, uncounted);
    if (outcome === 'index') newIndexes.push(completionIndex(pod) ?? 0);
    else if (outcome) uncounted[outcome].push(pod.metadata.uid);
    changed ||= outcome !== undefined;
    full = newIndexes.length + uncounted.succeeded.length + uncounted.failed.length >= MAX_UNCOUNTED;
    if (full) break;
  }
  let tracked: JobStatus = { ...cleaned.status, uncountedTerminatedPods: uncounted };
  if (isIndexed(job)) {
    tracked = withIndexes(state, tracked, newIndexes);
    changed ||= tracked.completedIndexes !== (job.status.completedIndexes ?? '') || tracked.failedIndexes !== job.status.failedIndexes;
  }
  const announced = announce(tracked, finished, now);
  return { ...announced, release, withFinalizer, changed: changed || announced.changed, full };
}

const byIndex = (a: Pod, b: Pod) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1);

function canRelease({ job, delayedDeletion }: JobState, pod: Pod, finished: JobCondition | undefined): boolean {
  if (job.metadata.deletionTimestamp || finished || pod.status.phase === 'Succeeded') return true;
  if (!isPodFailed(pod, job)) return false;
  const index = completionIndex(pod);
  return !(hasBackoffLimitPerIndex(job) && index !== undefined && delayedDeletion.get(index)?.metadata.uid === pod.metadata.uid);
}

/** Where an ended pod is counted: as a succeeded index, in a list of uncounted pods, or not at all. */
function outcomeOf(
  { job, previousIndexes }: JobState,
  pod: Pod,
  finished: JobCondition | undefined,
  uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] },
): 'index' | 'succeeded' | 'failed' | undefined {
  const { uid } = pod.metadata;
  const index = completionIndex(pod);
  const validIndex = index !== undefined && index < (job.spec.completions ?? 0);
  if (pod.status.phase === 'Succeeded' && !uncounted.failed.includes(uid)) {
    if (isIndexed(job)) return validIndex && !includes(previousIndexes, index) ? 'index' : undefined;
    return uncounted.succeeded.includes(uid) ? undefined : 'succeeded';
  }
  const failed = isPodFailed(pod, job) || (finished !== undefined && finished.type !== 'SuccessCriteriaMet');
  if (!failed || uncounted.failed.includes(uid) || (isIndexed(job) && !validIndex)) return undefined;
  return matchPodFailurePolicy(job.spec.podFailurePolicy, pod).counts ? 'failed' : undefined;
}

function withIndexes(state: JobState, status: JobStatus, newIndexes: readonly number[]): JobStatus {
  const succeeded = merge(state.succeededIndexes, intervalsOf(newIndexes));
  const { failedIndexes: _, ...rest } = status;
  return {
    ...rest,
    succeeded: total(succeeded),
    completedIndexes: format(succeeded),
    ...(state.failedIndexes && { failedIndexes: format(state.failedIndexes) }),
  };
}

/** Writes FailureTarget or SuccessCriteriaMet down, and says which condition ends the job. */
function announce(
  status: JobStatus,
  finished: JobCondition | undefined,
  now: number,
): { status: JobStatus; finished: JobCondition | undefined; changed: boolean } {
  if (!finished) return { status, finished, changed: false };
  const end = { FailureTarget: 'Failed', SuccessCriteriaMet: 'Complete' }[finished.type];
  if (end === undefined) return { status, finished, changed: false };
  const last = newCondition(end, finished.reason ?? '', finished.message ?? '', now);
  if (trueCondition(status.conditions, finished.type)) return { status, finished: last, changed: false };
  return { status: { ...status, conditions: [...(status.conditions ?? []), finished] }, finished: last, changed: true };
}

/** Moves pods that have lost their finalizer from the lists to the counters. */
export function countReleased(status: JobStatus, withFinalizer: ReadonlySet<string>): { status: JobStatus; changed: boolean } {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const leftSucceeded = succeeded.filter((uid) => withFinalizer.has(uid));
  const leftFailed = failed.filter((uid) => withFinalizer.has(uid));
  const changed = leftSucceeded.length !== succeeded.length || leftFailed.length !== failed.length;
  if (!changed) return { status, changed };
  return {
    changed,
    status: {
      ...status,
      succeeded: (status.succeeded ?? 0) + succeeded.length - leftSucceeded.length,
      failed: (status.failed ?? 0) + failed.length - leftFailed.length,
      uncountedTerminatedPods: { succeeded: leftSucceeded, failed: leftFailed },
    },
  };
}

/** The status with the job's end, or undefined while pods are uncounted or terminating. */
export function finishStatus(status: JobStatus, finished: JobCondition | undefined, now: number): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (!finished || succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const conditions = ensureCondition(status.conditions, {
    ...finished,
    lastProbeTime: formatTime(now),
    lastTransitionTime: formatTime(now),
  });
  return {
    ...status,
    conditions: conditions ?? status.conditions,
    ...(finished.type === 'Complete' && { completionTime: finished.lastTransitionTime }),
  };
}

/** Facts about the pods of a job (pkg/controller/job/{job_controller,indexed_job_utils,backoff_utils}.go). */
import type { Job } from '../../api/batch/v1.gen.ts';
import type { ContainerStatus, Pod } from '../../api/core/v1.gen.ts';

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function hasTrackingFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed';
export const hasBackoffLimitPerIndex = (job: Job): boolean => job.spec.backoffLimitPerIndex !== undefined;
export const isSuspended = (job: Job): boolean => job.spec.suspend === true;

/** Whether pods are replaced only once they have failed, not as soon as they terminate. */
export function onlyReplaceFailed(job: Job): boolean {
  return job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;
}

export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status.phase === 'Failed') return true;
  return !onlyReplaceFailed(job) && !!pod.metadata.deletionTimestamp && pod.status.phase !== 'Succeeded';
}

/** The pod's completion index; undefined when it has none that makes sense. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

function annotatedCount(pod: Pod, key: string): number {
  const text = pod.metadata.annotations?.[key];
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= 2147483647 ? Number(text) : 0;
}

/** Failures of this index before this pod that count; those that were ignored. */
export const indexFailures = (pod: Pod): number => annotatedCount(pod, INDEX_FAILURES);
export const indexIgnoredFailures = (pod: Pod): number => annotatedCount(pod, INDEX_IGNORED_FAILURES);
export const indexAbsoluteFailures = (pod: Pod): number => indexFailures(pod) + indexIgnoredFailures(pod);

/** When the pod ended (or, as the best guess, was deleted or created), milliseconds. */
export function finishedTime(pod: Pod): number {
  const byContainers = containersFinishedTime(pod);
  if (byContainers !== undefined) return byContainers;
  const ready = pod.status.conditions?.find((c) => c.type === 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  return deletionTimestamp ? Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000 : Date.parse(creationTimestamp);
}

function containersFinishedTime(pod: Pod): number | undefined {
  const sidecars = new Set(pod.spec.initContainers?.filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const main = latestFinish(undefined, pod.status.containerStatuses ?? []);
  return latestFinish(
    main,
    (pod.status.initContainerStatuses ?? []).filter((s) => sidecars.has(s.name)),
  );
}

/** Undefined as soon as one of them has not ended. */
function latestFinish(start: number | undefined, statuses: readonly ContainerStatus[]): number | undefined {
  let latest = start;
  for (const { state } of statuses) {
    const at = state?.terminated?.finishedAt;
    if (!at) return undefined;
    latest = Math.max(latest ?? 0, Date.parse(at));
  }
  return latest;
}

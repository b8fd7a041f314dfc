/** Facts read off a pod (pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go). Times are milliseconds since the epoch. */
import type { ContainerStatus, Pod, PodCondition } from '../../api/core/v1.gen.ts';

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((c) => c.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Ready for at least `minReadySeconds` at `now`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  return !!ready.lastTransitionTime && Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= now;
}

/** Succeeded or Failed: it will never run again. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Ended, or being deleted with no container running any more: it uses its volumes no longer (pkg/volume/util IsPodTerminated). */
export function hasReleasedVolumes(pod: Pod): boolean {
  if (isPodTerminal(pod)) return true;
  if (!pod.metadata.deletionTimestamp) return false;
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].every(isNotRunning);
}

function isNotRunning({ state }: ContainerStatus): boolean {
  return !!state?.terminated || !!state?.waiting;
}

/** Neither ended nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !pod.metadata.deletionTimestamp;
}

/** Being deleted and not ended yet. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && !!pod.metadata.deletionTimestamp;
}

/** When the pod became ready; undefined when it is not. */
export function podReadyTime(pod: Pod): number | undefined {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : undefined;
}

/**
 * Milliseconds until the next of these pods becomes available, counted from `evaluatedAt` (when the owner's status was computed) but measured
 * at `now`; undefined when no pod will.
 */
export function nextAvailabilityCheck(pods: readonly Pod[], minReadySeconds: number, evaluatedAt: number, now: number): number | undefined {
  if (minReadySeconds <= 0) return undefined;
  let earliest: number | undefined;
  for (const pod of pods) {
    const ready = podReadyTime(pod);
    if (ready === undefined) continue;
    const at = ready + minReadySeconds * 1000;
    if (at > evaluatedAt && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest === undefined ? undefined : Math.max(0, earliest - now);
}

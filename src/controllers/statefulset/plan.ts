/** What happens to each pod of a stateful set next, pure (pkg/controller/statefulset/stateful_set_control.go). */
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { isPodAvailable, isPodReady } from '../shared/pod-status.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { isInOrdinalRange, isParallel, newPod, ordinalOf, replicasOf, revisionOfPod, startOrdinal } from './identity.ts';

export const isCreated = (pod: Pod): boolean => !!pod.status.phase;
export const isTerminating = (pod: Pod): boolean => !!pod.metadata.deletionTimestamp;
export const isRunningAndReady = (pod: Pod): boolean => pod.status.phase === 'Running' && isPodReady(pod);

/** A set with the template of its current and of its next revision, and their names. */
export interface Revisions {
  readonly currentSet: StatefulSet;
  readonly updateSet: StatefulSet;
  readonly current: string;
  readonly update: string;
}

export interface Members {
  /** One for each ordinal, in order; those that do not exist yet have an empty status. */
  readonly replicas: readonly Pod[];
  /** Pods beyond the ordinals, highest first. */
  readonly condemned: readonly Pod[];
  readonly firstUnavailable: Pod | undefined;
}

export function members(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): Members {
  const start = startOrdinal(set);
  const byOrdinal = new Map(pods.filter((p) => isInOrdinalRange(set, p)).map((p) => [ordinalOf(p), p]));
  const replicas = Array.from({ length: replicasOf(set) }, (_, i) => byOrdinal.get(start + i) ?? missingPod(revisions, start + i));
  const condemned = pods.filter((p) => ordinalOf(p) >= 0 && !isInOrdinalRange(set, p)).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const firstUnavailable = [...replicas, ...condemned.toReversed()].find((p) => isUnavailable(set, p, now));
  return { replicas, condemned, firstUnavailable };
}

/** Below the partition (or, without one, below what still runs the current revision) a pod comes back as it was. */
function missingPod({ currentSet, updateSet, current, update }: Revisions, ordinal: number): Pod {
  const { type, rollingUpdate } = currentSet.spec.updateStrategy;
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (currentSet.status.currentReplicas ?? 0);
  const keepsCurrent = (rollingUpdate !== undefined || type === 'RollingUpdate') && ordinal < startOrdinal(currentSet) + kept;
  return keepsCurrent ? newPod(currentSet, current, ordinal) : newPod(updateSet, update, ordinal);
}

export function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

/** `wait`: nothing can be done with this pod now, and ordered sets go no further. */
export type ReplicaAction = 'delete' | 'create' | 'wait' | 'check';

/** What a pod that should be there needs. `check`: make sure of its identity and storage. */
export function replicaAction(set: StatefulSet, pod: Pod, now: number): ReplicaAction {
  if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') return isTerminating(pod) ? 'wait' : 'delete';
  if (!isCreated(pod)) return 'create';
  return isParallel(set) ? 'check' : isTerminating(pod) || !isReadyAndAvailable(set, pod, now) ? 'wait' : 'check';
}

/** Ordered sets take pods away one by one, and wait for the others to be healthy. */
export function condemnedAction(set: StatefulSet, pod: Pod, firstUnavailable: Pod | undefined, now: number): 'delete' | 'wait' {
  if (isTerminating(pod)) return 'wait';
  if (isParallel(set) || pod === firstUnavailable) return 'delete';
  return isReadyAndAvailable(set, pod, now) ? 'delete' : 'wait';
}

function isReadyAndAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

/** Pods to delete now so that they come back with the new revision: from the highest ordinal down to the partition. */
export function podsToUpdate(set: StatefulSet, replicas: readonly Pod[], updateRevision: string, now: number): Pod[] {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  if (type === 'OnDelete') return [];
  const candidates = replicas.slice(rollingUpdate?.partition ?? 0).toReversed();
  const outdated = (pod: Pod) => revisionOfPod(pod) !== updateRevision && !isTerminating(pod);
  if (rollingUpdate?.maxUnavailable === undefined) {
    // One at a time; the first pod that is not available stops the search.
    const next = candidates.find((pod) => outdated(pod) || isUnavailable(set, pod, now));
    return next && outdated(next) ? [next] : [];
  }
  const allowed = Math.max(1, scaledValue(rollingUpdate.maxUnavailable, replicasOf(set), false));
  const unavailable = replicas.filter((pod) => isUnavailable(set, pod, now)).length;
  return candidates.filter(outdated).slice(0, Math.max(0, allowed - unavailable));
}

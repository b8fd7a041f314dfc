import type { StatefulSet, StatefulSetStatus } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { isPodAvailable } from '../shared/pod-status.ts';
import { equalIgnoringZeros } from '../shared/semantic-equal.ts';
import { replicasOf, revisionOfPod } from './identity.ts';
import { isCreated, isRunningAndReady, isTerminating, type Revisions } from './plan.ts';

type Counts = Pick<StatefulSetStatus, 'replicas' | 'readyReplicas' | 'availableReplicas' | 'currentReplicas' | 'updatedReplicas'>;

/** The numbers of a stateful set's status. `now` in milliseconds. */
export function countReplicas(set: StatefulSet, pods: readonly Pod[], { current, update }: Revisions, now: number): Counts {
  const live = pods.filter((p) => isCreated(p) && !isTerminating(p));
  const ready = pods.filter(isRunningAndReady);
  return {
    replicas: pods.filter(isCreated).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((p) => isPodAvailable(p, set.spec.minReadySeconds ?? 0, now)).length,
    currentReplicas: live.filter((p) => revisionOfPod(p) === current).length,
    updatedReplicas: live.filter((p) => revisionOfPod(p) === update).length,
  };
}

/** A rolling update that has reached every pod makes the new revision the current one. */
export function completeRollingUpdate(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const wanted = replicasOf(set);
  const done =
    set.spec.updateStrategy.type === 'RollingUpdate' &&
    status.updatedReplicas === wanted &&
    status.readyReplicas === wanted &&
    status.replicas === wanted;
  return done ? { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision } : status;
}

/** Whether the status must be written. */
export function isStatusOutdated(set: StatefulSet, status: StatefulSetStatus): boolean {
  const { collisionCount: _, observedGeneration = 0, ...rest } = status;
  const { collisionCount: __, observedGeneration: observed = 0, conditions: ___, ...current } = set.status;
  return observedGeneration > observed || !equalIgnoringZeros(rest, current);
}

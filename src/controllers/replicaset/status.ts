/** The status of a replica set or replication controller (pkg/controller/replicaset/replica_set_utils.go). */
import type { ReplicaSetStatus } from '../../api/apps/v1.gen.ts';
import type { Pod, PodTemplateSpec } from '../../api/core/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatTime } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { labelsInclude } from '../shared/label-selector.ts';
import { isPodAvailable, isPodReady } from '../shared/pod-status.ts';
import { equalIgnoringZeros } from '../shared/semantic-equal.ts';

/** What ReplicaSet and ReplicationController have in common. */
export interface ReplicaOwner extends KubeObject {
  spec: { replicas?: number | undefined; minReadySeconds?: number | undefined; template?: PodTemplateSpec | undefined };
  status: ReplicaSetStatus;
}

/** `terminating` is undefined where the kind has no such count. `failure`: why pods could not be created or deleted. `now` in milliseconds. */
export function calculateStatus(
  owner: ReplicaOwner,
  active: readonly Pod[],
  terminating: readonly Pod[] | undefined,
  failure: unknown,
  now: number,
): ReplicaSetStatus {
  const minReady = owner.spec.minReadySeconds ?? 0;
  const conditions = conditionsAfter(owner, active.length, failure, now);
  return {
    ...owner.status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter((p) => labelsInclude(p.metadata.labels, owner.spec.template?.metadata?.labels)).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((p) => isPodAvailable(p, minReady, now)).length,
    ...(terminating && { terminatingReplicas: terminating.length }),
    ...(owner.metadata.generation !== undefined && { observedGeneration: owner.metadata.generation }),
    conditions,
  };
}

function conditionsAfter(owner: ReplicaOwner, active: number, failure: unknown, now: number): ReplicaSetStatus['conditions'] {
  const conditions = owner.status.conditions ?? [];
  const others = conditions.filter((c) => c.type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  if (others.length < conditions.length) return conditions;
  const surplus = active - (owner.spec.replicas ?? 0);
  return [
    ...others,
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: formatTime(now),
      reason: surplus < 0 ? 'FailedCreate' : surplus > 0 ? 'FailedDelete' : '',
      message: errorMessage(failure),
    },
  ];
}

/** Whether writing the status would change anything. */
export function statusChanged(owner: ReplicaOwner, status: ReplicaSetStatus): boolean {
  return !equalIgnoringZeros(owner.status, status);
}

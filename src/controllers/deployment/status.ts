/** Status and conditions of deployments (pkg/controller/deployment/{sync,progress}.go). */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/apps/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { desiredOf, maxUnavailable, sizeOf, sum } from './plan.ts';

export function conditionOf(status: DeploymentStatus, type: string): DeploymentCondition | undefined {
  return status.conditions?.find((c) => c.type === type);
}

/** Conditions with this one set. Same status and reason: unchanged; same status: the transition time stays. */
export function withCondition(
  conditions: readonly DeploymentCondition[] | undefined,
  condition: DeploymentCondition,
): DeploymentCondition[] {
  const current = conditions?.find((c) => c.type === condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return [...(conditions ?? [])];
  const kept = current?.status === condition.status ? { ...condition, lastTransitionTime: current.lastTransitionTime } : condition;
  return [...(conditions ?? []).filter((c) => c.type !== condition.type), kept];
}

/** `now` in milliseconds. */
export function newCondition(type: string, status: string, reason: string, message: string, now: number): DeploymentCondition {
  return { type, status, lastUpdateTime: formatTime(now), lastTransitionTime: formatTime(now), reason, message };
}

export function hasProgressDeadline(d: Deployment): boolean {
  return d.spec.progressDeadlineSeconds !== undefined && d.spec.progressDeadlineSeconds !== 2147483647;
}

export function isComplete(d: Deployment, status: DeploymentStatus): boolean {
  const desired = desiredOf(d);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  );
}

/** Numbers and the Available condition. `sets` holds the new set too. */
export function calculateStatus(d: Deployment, sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined, now: number): DeploymentStatus {
  const available = sum(sets, (rs) => rs.status.availableReplicas);
  const terminating = terminatingReplicas(sets);
  const enough = available >= desiredOf(d) - maxUnavailable(d);
  const condition = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  return {
    ...(d.metadata.generation !== undefined && { observedGeneration: d.metadata.generation }),
    replicas: sum(sets, (rs) => rs.status.replicas),
    updatedReplicas: newSet?.status.replicas ?? 0,
    readyReplicas: sum(sets, (rs) => rs.status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, sizeOf) - available),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    ...(d.status.collisionCount !== undefined && { collisionCount: d.status.collisionCount }),
    conditions: withCondition(d.status.conditions, condition),
  };
}

/** Undefined when a set does not report the number. A set not synced yet counts as none. */
function terminatingReplicas(sets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of sets) {
    if (status.terminatingReplicas !== undefined) total += status.terminatingReplicas;
    else if (status.observedGeneration) return undefined;
  }
  return total;
}

/** Adds Progressing and ReplicaFailure to a calculated status. `now` in milliseconds. */
export function withProgress(
  d: Deployment,
  status: DeploymentStatus,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  let conditions = status.conditions ?? [];
  const current = conditionOf(d.status, 'Progressing');
  if (!hasProgressDeadline(d)) conditions = conditions.filter((c) => c.type !== 'Progressing');
  const settled = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (hasProgressDeadline(d) && !settled) conditions = progressConditions(d, { ...status, conditions }, newSet, current, now);
  const failure = replicaFailure(sets, newSet);
  conditions = failure ? withCondition(conditions, failure) : conditions.filter((c) => c.type !== 'ReplicaFailure');
  return { ...status, conditions };
}

function progressConditions(
  d: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  current: DeploymentCondition | undefined,
  now: number,
): DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${d.metadata.name}"`;
  if (isComplete(d, status)) {
    return withCondition(
      conditions,
      newCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, now),
    );
  }
  if (isProgressing(d.status, status)) {
    const condition = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    if (current?.status === 'True') condition.lastTransitionTime = current.lastTransitionTime;
    // Replaced even with the same reason: its update time is what the deadline counts from.
    return withCondition(current ? conditions.filter((c) => c.type !== 'Progressing') : conditions, condition);
  }
  if (timedOut(d, conditionOf(status, 'Progressing'), now)) {
    return withCondition(
      conditions,
      newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, now),
    );
  }
  return conditions;
}

function isProgressing(old: DeploymentStatus, status: DeploymentStatus): boolean {
  const outdated = (s: DeploymentStatus) => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(status) < outdated(old) ||
    (status.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function timedOut(d: Deployment, condition: DeploymentCondition | undefined, now: number): boolean {
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return Date.parse(condition.lastUpdateTime ?? '') + (d.spec.progressDeadlineSeconds ?? 0) * 1000 < now;
}

/** The first failure of the new set, or else of any. */
function replicaFailure(sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): DeploymentCondition | undefined {
  for (const rs of [...(newSet ? [newSet] : []), ...sets]) {
    const c = rs.status.conditions?.find((x) => x.type === 'ReplicaFailure');
    if (c) {
      const { type, status, lastTransitionTime, reason, message } = c;
      return { type, status, lastTransitionTime, lastUpdateTime: lastTransitionTime, reason, message };
    }
  }
  return undefined;
}

/** Milliseconds until the progress deadline must be looked at again; undefined when never. */
export function nextProgressCheck(d: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = conditionOf(d.status, 'Progressing');
  if (!hasProgressDeadline(d) || !current || isComplete(d, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  const after = Date.parse(current.lastUpdateTime ?? '') + (d.spec.progressDeadlineSeconds ?? 0) * 1000 - now;
  return Math.max(1000, after + 1000);
}

/** One sync of a stateful set's pods, in order (pkg/controller/statefulset/stateful_set_control.go updateStatefulSet). */
import type { StatefulSet, StatefulSetStatus } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { slowStartBatch } from '../shared/slow-start-batch.ts';
import { identityMatches, isParallel, storageMatches } from './identity.ts';
import { condemnedAction, members, podsToUpdate, replicaAction, type Members, type Revisions } from './plan.ts';
import type { StatefulPodControl } from './stateful-pod-control.ts';
import { countReplicas } from './status.ts';

export interface UpdateInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly revisions: Revisions;
  readonly collisionCount: number;
  readonly podControl: StatefulPodControl;
  /** Milliseconds. */
  readonly now: number;
}

export interface UpdateOutcome {
  readonly status: StatefulSetStatus;
  /** What went wrong; the status is to be written all the same. */
  readonly error?: unknown;
}

/** The status is the one seen before anything was done, less what was deleted for the update. */
export async function updatePods(input: UpdateInput): Promise<UpdateOutcome> {
  const { set, pods, revisions, now } = input;
  const all = members(set, pods, revisions, now);
  const status: StatefulSetStatus = {
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    currentRevision: revisions.current,
    updateRevision: revisions.update,
    collisionCount: input.collisionCount,
    ...countReplicas(set, pods, revisions, now),
  };
  if (set.metadata.deletionTimestamp) return { status };
  try {
    if (await processAll(input, all)) return { status };
    let { currentReplicas = 0 } = status;
    for (const pod of podsToUpdate(set, all.replicas, revisions.update, now)) {
      await input.podControl.delete(set, pod);
      currentReplicas--;
    }
    return { status: { ...status, currentReplicas } };
  } catch (error) {
    return { status, error };
  }
}

/** True when an ordered set must wait before it goes on. */
async function processAll(input: UpdateInput, { replicas, condemned, firstUnavailable }: Members): Promise<boolean> {
  const { set, podControl, revisions, now } = input;
  if (await forEach(set, replicas, (pod) => processReplica(input, pod))) return true;
  const fixClaims = async (pod: Pod) => {
    await podControl.fixClaimOwners(revisions.updateSet, pod);
    return false;
  };
  if (await forEach(set, condemned, fixClaims)) return true;
  return forEach(set, condemned, async (pod) => {
    if (condemnedAction(set, pod, firstUnavailable, now) === 'delete') await podControl.delete(set, pod);
    return true;
  });
}

/** True when an ordered set goes no further. */
async function processReplica({ set, revisions: { updateSet }, podControl, now }: UpdateInput, pod: Pod): Promise<boolean> {
  const action = replicaAction(set, pod, now);
  if (action === 'delete') {
    await podControl.delete(set, pod);
    return true;
  }
  if (action === 'create') {
    if (!podControl.hasStaleClaim(set, pod)) await podControl.create(set, pod);
    return true;
  }
  if (pod.status.phase === 'Pending') await podControl.createMissingClaims(set, pod);
  if (action === 'wait') return true;
  if (identityMatches(set, pod) && storageMatches(set, pod) && podControl.ownersMatch(updateSet, pod)) return false;
  await podControl.update(updateSet, pod);
  return false;
}

/** Ordered sets one by one until one says stop; parallel sets all, in growing batches. */
async function forEach(set: StatefulSet, pods: readonly Pod[], process: (pod: Pod) => Promise<boolean>): Promise<boolean> {
  if (isParallel(set)) {
    const { error } = await slowStartBatch(pods.length, async (i) => {
      const pod = pods[i];
      if (pod) await process(pod);
    });
    if (error !== undefined) throw error;
    return false;
  }
  for (const pod of pods) if (await process(pod)) return true;
  return false;
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DeploymentStatus } from '../../api/apps/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { at, deployment, NOW, replicaSet } from '../shared/test-objects.ts';
import { calculateStatus, conditionOf, isComplete, nextProgressCheck, withProgress } from './status.ts';

const numbers = (replicas: number, updatedReplicas: number, readyReplicas: number, availableReplicas: number) => ({
  replicas,
  updatedReplicas,
  readyReplicas,
  availableReplicas,
  observedGeneration: 1,
});

/** The condition Progressing that comes of a step from `before` to `after`. */
function progress(before: Draft<DeploymentStatus>, after: Draft<DeploymentStatus>, seconds: number | undefined, now = NOW) {
  const d = deployment(10, seconds === undefined ? {} : { progressDeadlineSeconds: seconds }, before);
  const status = { conditions: before.conditions, ...after } as DeploymentStatus;
  const result = withProgress(d, status, [], undefined, now);
  const condition = conditionOf(result, 'Progressing');
  return condition && `${condition.status} ${condition.reason}`;
}

// TestDeploymentComplete.
test('complete means: all of them, all new, all available, and seen', () => {
  const complete = (desired: number, replicas: number, updated: number, available: number) =>
    isComplete(deployment(desired), numbers(replicas, updated, available, available));
  assert.equal(complete(5, 5, 5, 4), false);
  assert.equal(complete(5, 5, 4, 5), false);
  assert.equal(complete(1, 2, 1, 1), false);
  assert.equal(complete(5, 5, 5, 5), true);
  assert.equal(isComplete(deployment(5), { ...numbers(5, 5, 5, 5), observedGeneration: 0 }), false);
});

// TestDeploymentProgressing.
describe('any step forward is progress', () => {
  const cases: [before: number[], after: number[], progressing: boolean][] = [
    [[10, 4, 4, 4], [10, 6, 4, 4], true],
    [[10, 4, 4, 4], [10, 4, 4, 4], false],
    [[10, 4, 6, 6], [8, 4, 6, 6], true],
    [[10, 7, 3, 3], [10, 6, 3, 3], false],
    [[10, 4, 7, 7], [8, 8, 5, 5], true],
    [[10, 10, 9, 8], [10, 10, 10, 8], true],
    [[10, 10, 9, 8], [10, 10, 9, 9], true],
  ];
  for (const [before, after, progressing] of cases) {
    test(`${before.join()} -> ${after.join()}`, () => {
      const of = ([a = 0, b = 0, c = 0, d = 0]: number[]) => numbers(a, b, c, d);
      assert.equal(progress(of(before), of(after), 600), progressing ? 'True ReplicaSetUpdated' : undefined);
    });
  }
});

// TestDeploymentTimedOut.
describe('without progress the deadline passes', () => {
  const stuck = (lastUpdate: number, reason = 'ReplicaSetUpdated') => ({
    ...numbers(10, 4, 4, 4),
    conditions: [
      { type: 'Progressing', status: 'True', reason, message: '', lastUpdateTime: at(lastUpdate), lastTransitionTime: at(lastUpdate) },
    ],
  });
  test('after 11 of 10 seconds', () => {
    assert.equal(progress(stuck(-11), numbers(10, 4, 4, 4), 10), 'False ProgressDeadlineExceeded');
  });
  test('not after 9', () => assert.equal(progress(stuck(-9), numbers(10, 4, 4, 4), 10), 'True ReplicaSetUpdated'));
  test('never when there is none', () => {
    assert.equal(progress(stuck(-11), numbers(10, 4, 4, 4), undefined), undefined);
    assert.equal(progress(stuck(-11), numbers(10, 4, 4, 4), 2147483647), undefined);
  });
  test('nor once the rollout was complete', () => {
    assert.equal(progress(stuck(-11, 'NewReplicaSetAvailable'), numbers(10, 10, 4, 4), 10), 'True NewReplicaSetAvailable');
  });
  test('and is looked at a second later', () => {
    const d = deployment(10, { progressDeadlineSeconds: 10 }, stuck(-4));
    assert.equal(nextProgressCheck(d, numbers(10, 4, 4, 4), NOW), 7000);
  });
});

test('the status sums up the replica sets', () => {
  const newSet = replicaSet('new', 3, {
    status: { readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 1, observedGeneration: 1 },
  });
  const oldSet = replicaSet('old', 2, {
    status: { readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 2, observedGeneration: 1 },
  });
  const d = deployment(4, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } });
  const { conditions, ...status } = calculateStatus(d, [newSet, oldSet], newSet, NOW);
  assert.deepEqual(status, {
    observedGeneration: 1,
    replicas: 5,
    updatedReplicas: 3,
    readyReplicas: 4,
    availableReplicas: 3,
    unavailableReplicas: 2,
    terminatingReplicas: 3,
  });
  assert.equal(conditions?.[0]?.reason, 'MinimumReplicasAvailable');
});

test('terminating pods are unknown while a replica set does not report them', () => {
  const silent = replicaSet('old', 1, { status: { observedGeneration: 1 } });
  assert.equal(calculateStatus(deployment(1), [silent], undefined, NOW).terminatingReplicas, undefined);
});

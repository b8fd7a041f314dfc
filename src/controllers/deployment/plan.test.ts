import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplicaSet } from '../../api/apps/v1.gen.ts';
import { at, deployment, replicaSet } from '../shared/test-objects.ts';
import { maxSurge, newSetSize, planCleanup, planOldSets, planScaling, resolveFenceposts, splitReplicaSets } from './plan.ts';

const rolling = (maxSurge: number | string, maxUnavailable: number | string = 0) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});

// Upstream's cases: pkg/controller/deployment/util TestResolveFenceposts.
test('fenceposts round surge up, unavailability down, and are never both zero', () => {
  assert.deepEqual(resolveFenceposts('0%', '0%', 0), [0, 1]);
  assert.deepEqual(resolveFenceposts('39%', '39%', 10), [4, 3]);
  assert.deepEqual(resolveFenceposts(undefined, '39%', 10), [0, 3]);
  assert.deepEqual(resolveFenceposts('39%', undefined, 10), [4, 0]);
  assert.deepEqual(resolveFenceposts(undefined, undefined, 10), [0, 1]);
  assert.throws(() => resolveFenceposts('oops', '39%', 10), /not a percentage/);
});

// TestDeploymentController_reconcileNewReplicaSet, TestNewRSNewReplicas.
describe('the new replica set grows', () => {
  const cases: [desired: number, surge: number, old: number, current: number, want: number][] = [
    [10, 0, 10, 0, 0],
    [10, 2, 10, 0, 2],
    [10, 2, 5, 0, 7],
    [10, 2, 10, 2, 2],
    [10, 2, 2, 11, 11],
    [1, 1, 5, 5, 5],
    [6, 10, 5, 2, 6],
  ];
  for (const [desired, surge, old, current, want] of cases) {
    test(`${current} -> ${want} of ${desired} with ${old} old and surge ${surge}`, () => {
      const sets = [replicaSet('new', current), replicaSet('old', old)];
      assert.equal(newSetSize(deployment(desired, rolling(surge)), sets, current), want);
    });
  }
  test('to its full size at once when pods are recreated', () => {
    assert.equal(newSetSize(deployment(3, { strategy: { type: 'Recreate' } }), [replicaSet('old', 5)], 1), 3);
  });
});

// TestDeploymentController_reconcileOldReplicaSets and cleanupUnhealthyReplicas.
describe('old replica sets shrink', () => {
  const cases: [desired: number, unavailable: number, old: number, fresh: number, readyOld: number, readyNew: number, want: number][] = [
    [10, 0, 10, 0, 10, 0, 9],
    [10, 2, 10, 0, 10, 0, 8],
    [10, 2, 10, 0, 8, 0, 8],
    [10, 2, 10, 0, 9, 0, 8],
    [10, 2, 8, 2, 8, 0, 8],
  ];
  for (const [desired, unavailable, old, fresh, readyOld, readyNew, want] of cases) {
    test(`${old} (${readyOld} ready) -> ${want} with ${fresh} new (${readyNew} ready), ${unavailable} may be missing`, () => {
      const newSet = replicaSet('new', fresh, { status: { availableReplicas: readyNew } });
      const oldSet = replicaSet('old', old, { status: { availableReplicas: readyOld } });
      const [resize] = planOldSets(deployment(desired, rolling(0, unavailable)), newSet, [oldSet]);
      assert.equal(resize?.replicas ?? old, want);
    });
  }
});

// TestScale. A set: [name, size]; newest first in age.
describe('a resized deployment spreads its size', () => {
  type Sets = [string, number][];
  const run = (
    before: { replicas: number; surge?: number; annotated?: Record<string, number> },
    after: { replicas: number; surge?: number },
    newSize: number | undefined,
    old: Sets,
  ) => {
    const d = deployment(after.replicas, rolling(after.surge ?? 0));
    const was = deployment(before.replicas, rolling(before.surge ?? 0));
    const newSet = newSize === undefined ? undefined : replicaSet('new', newSize);
    const oldSets = old.map(([name, size], i) => replicaSet(name, size, { metadata: { creationTimestamp: at(-60 * (i + 1)) } }));
    const desired = (rs: ReplicaSet) => before.annotated?.[rs.metadata.name] ?? before.replicas;
    const { resizes } = planScaling(d, newSet, oldSets, { desired, max: (rs) => desired(rs) + maxSurge(was) });
    const size = (rs: ReplicaSet | undefined) => resizes.find((r) => r.set === rs)?.replicas ?? rs?.spec.replicas;
    return [size(newSet), ...oldSets.map(size)];
  };
  const cases: [name: string, before: number, after: number, fresh: number | undefined, old: Sets, want: (number | undefined)[]][] = [
    ['only one set', 10, 12, 10, [], [12]],
    ['only one set, down', 10, 5, 10, [], [5]],
    ['in proportion', 5, 10, 2, [['v1', 3]], [4, 6]],
    ['in proportion, down', 5, 3, 2, [['v1', 3]], [1, 2]],
    ['smallest to zero', 9, 4, 8, [['v1', 1]], [4, 0]],
    ['three sets', 7, 10, 2, [['v2', 3], ['v1', 2]], [3, 4, 3]],
    ['three sets, down', 13, 8, 2, [['v2', 8], ['v1', 3]], [1, 5, 2]],
    ['leftover to the newest', 3, 4, 1, [['v2', 1], ['v1', 1]], [2, 1, 1]],
    ['leftover from the oldest', 3, 2, 1, [['v2', 1], ['v1', 1]], [1, 1, 0]],
    ['no new set', 4, 5, undefined, [['v2', 2], ['v1', 2]], [undefined, 3, 2]],
    ['to zero', 6, 0, 3, [['v2', 2], ['v1', 1]], [0, 0, 0]],
    ['from zero', 6, 6, 0, [['v2', 0], ['v1', 0]], [6, 0, 0]],
    ['no new set, more', 10, 14, undefined, [['v2', 7], ['v1', 3]], [undefined, 10, 4]],
  ]; // prettier-ignore
  for (const [name, before, after, fresh, old, want] of cases) {
    test(`${name}: ${before} -> ${after}`, () => assert.deepEqual(run({ replicas: before }, { replicas: after }, fresh, old), want));
  }
  test('with a surge', () => assert.deepEqual(run({ replicas: 10, surge: 2 }, { replicas: 20, surge: 2 }, 6, [['v1', 6]]), [11, 11]));
  test('when the surge changes too', () =>
    assert.deepEqual(run({ replicas: 10, surge: 3 }, { replicas: 50, surge: 6 }, 5, [['v1', 8]]), [22, 34]));
  test('again after a write was lost', () => {
    const before = { replicas: 5, annotated: { v2: 3 } };
    assert.deepEqual(run(before, { replicas: 5 }, 2, [['v2', 1], ['v1', 1]]), [2, 2, 1]); // prettier-ignore
  });
  test('but leaves old pods alone while the new ones are not available', () => {
    const d = deployment(2, rolling(1, 1));
    const newSet = replicaSet('new', 2, { status: { availableReplicas: 0 } });
    const { resizes } = planScaling(d, newSet, [replicaSet('v1', 1)], { desired: () => 2, max: () => 3 });
    assert.ok(resizes.every((r) => r.replicas === r.set.spec.replicas));
  });
});

test('the set of the template is found without the hash label, the oldest of two', () => {
  const labels = { app: 'web', 'pod-template-hash': 'x' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const younger = replicaSet('younger', 1, { spec: { template }, metadata: { creationTimestamp: at(10) } });
  const older = replicaSet('older', 1, { spec: { template } });
  const other = replicaSet('other', 1, { spec: { template: { ...template, spec: { containers: [{ name: 'c', image: 'j' }] } } } });
  const { newSet, oldSets } = splitReplicaSets(deployment(1), [younger, other, older]);
  assert.equal(newSet, older);
  assert.deepEqual(oldSets, [other, younger]);
});

// TestDeploymentController_cleanupDeployment.
test('history beyond the limit goes, oldest revision first, unless it is in use', () => {
  const idle = { status: { replicas: 0, observedGeneration: 1 } };
  const sets = [
    replicaSet('r3', 0, idle),
    replicaSet('r1', 0, idle),
    replicaSet('r2', 0, { status: { replicas: 1, observedGeneration: 1 } }),
  ];
  const revision = (rs: ReplicaSet) => BigInt(rs.metadata.name.slice(1));
  const names = (limit: number) =>
    planCleanup(deployment(1, { revisionHistoryLimit: limit }), sets, revision).map((rs) => rs.metadata.name);
  assert.deepEqual(names(3), []);
  assert.deepEqual(names(2), ['r1']);
  assert.deepEqual(names(0), ['r1', 'r3']);
});

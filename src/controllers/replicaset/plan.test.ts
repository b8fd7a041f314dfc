import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSetStatus } from '../../api/apps/v1.gen.ts';
import { at, NOW, pod, readyPod, replicaSet } from '../shared/test-objects.ts';
import { planReplicas } from './plan.ts';
import { calculateStatus, statusChanged } from './status.ts';

const pods = (count: number) => Array.from({ length: count }, (_, i) => readyPod(`p${i}`, { spec: { nodeName: 'n' } }));

test('missing pods are created, 500 at most', () => {
  assert.deepEqual(planReplicas(3, pods(1), [], NOW), { create: 2 });
  assert.deepEqual(planReplicas(3, pods(3), [], NOW), { create: 0 });
  assert.deepEqual(planReplicas(1000, [], [], NOW), { create: 500 });
});

test('surplus pods are deleted, those on crowded nodes first', () => {
  const [a, b] = [readyPod('a', { spec: { nodeName: 'n1' } }), readyPod('b', { spec: { nodeName: 'n2' } })];
  const other = readyPod('c', { spec: { nodeName: 'n2' } });
  assert.deepEqual(planReplicas(1, [a, b], [a, b, other], NOW), { delete: [b] });
  assert.deepEqual(planReplicas(0, [a, b], [], NOW), { delete: [a, b] });
});

// TestCalculateStatus.
test('the status counts full labels, readiness and availability', () => {
  const rs = replicaSet('rs', 4, { spec: { minReadySeconds: 30 } });
  const labels = { app: 'web' };
  const active = [readyPod('a', { metadata: { labels } }, -60), readyPod('b', { metadata: { labels } }, -10), pod('c')];
  const { conditions, ...status } = calculateStatus(rs, active, [pod('d')], undefined, NOW);
  assert.deepEqual(status, {
    replicas: 3,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 1,
  });
  assert.deepEqual(conditions, []);
});

// TestCalculateStatusConditions.
test('a failure is told once, and taken back when it is over', () => {
  const failed = calculateStatus(replicaSet('rs', 10), [], undefined, new Error('fake'), NOW).conditions ?? [];
  const expected = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'fake', lastTransitionTime: at(0) };
  assert.deepEqual(failed, [expected]);
  const tooMany = calculateStatus(replicaSet('rs', 2), pods(3), undefined, new Error('fake'), NOW).conditions;
  assert.equal(tooMany?.[0]?.reason, 'FailedDelete');
  const rs = replicaSet('rs', 10, { status: { conditions: failed } });
  assert.deepEqual(calculateStatus(rs, [], undefined, new Error('other'), NOW + 5000).conditions, failed);
  assert.deepEqual(calculateStatus(rs, [], undefined, undefined, NOW).conditions, []);
});

test('a status that says the same is not written', () => {
  const rs = replicaSet('rs', 1);
  const status: ReplicaSetStatus = { replicas: 1, readyReplicas: 0, conditions: [] };
  assert.equal(statusChanged(rs, status), false);
  assert.equal(statusChanged(rs, { ...status, readyReplicas: 1 }), true);
});

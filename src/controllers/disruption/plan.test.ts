import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodDisruptionBudget } from '../../api/policy/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { at, meta, NOW, pod, readyPod } from '../shared/test-objects.ts';
import { budgetStatus, countHealthy, disruptedPods, expectedPods, failedStatus, needsScale, staleTargetIn } from './plan.ts';

const budget = (spec: Draft<PodDisruptionBudget['spec']>, status: Draft<PodDisruptionBudget['status']> = {}): PodDisruptionBudget =>
  ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: meta('pdb'), spec, status }) as unknown as PodDisruptionBudget;

describe('so many pods must stay', () => {
  const numbers = (spec: Draft<PodDisruptionBudget['spec']>, pods: number, scale: number) =>
    Object.values(
      expectedPods(
        budget(spec),
        Array.from({ length: pods }, (_, i) => pod(`p${i}`)),
        scale,
      ),
    );
  test('as minAvailable says', () => {
    assert.deepEqual(numbers({ minAvailable: 3 }, 5, 0), [5, 3]);
    assert.deepEqual(numbers({ minAvailable: '28%' }, 5, 7), [7, 2]);
    assert.equal(needsScale(budget({ minAvailable: 3 })), false);
    assert.equal(needsScale(budget({ minAvailable: '28%' })), true);
  });
  test('as maxUnavailable says', () => {
    assert.deepEqual(numbers({ maxUnavailable: 2 }, 5, 5), [5, 3]);
    assert.deepEqual(numbers({ maxUnavailable: '50%' }, 5, 5), [5, 2]);
    assert.deepEqual(numbers({ maxUnavailable: 10 }, 5, 5), [5, 0]);
  });
});

test('what is allowed is what is healthy beyond that', () => {
  const status = (healthy: number, desired: number, expected: number) =>
    budgetStatus(budget({}), { healthy, desired, expected, disrupted: {} }, NOW);
  assert.equal(status(5, 3, 5).disruptionsAllowed, 2);
  assert.equal(status(2, 3, 5).disruptionsAllowed, 0);
  assert.equal(status(5, 3, 0).disruptionsAllowed, 0);
  assert.deepEqual(status(5, 3, 5).conditions, [
    { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '', observedGeneration: 1, lastTransitionTime: at(0) },
  ]);
});

test('an eviction that was allowed counts until it shows, for two minutes', () => {
  const times = { fresh: at(-60), late: at(-130), gone: at(-10) };
  const pods = [
    readyPod('fresh'),
    readyPod('late'),
    readyPod('other'),
    pod('unready'),
    readyPod('dying', { metadata: { deletionTimestamp: at(0) } }),
  ];
  const found = disruptedPods(budget({}, { disruptedPods: times }), pods, NOW);
  assert.deepEqual(found.pods, { fresh: at(-60) });
  assert.deepEqual(found.overdue.map((p) => p.metadata.name), ['late']); // prettier-ignore
  assert.equal(found.recheckAt, NOW + 60_000);
  assert.equal(countHealthy(pods, found.pods, NOW), 2);
});

test('nothing is allowed while the numbers are not known', () => {
  const status = failedStatus(budget({}, { disruptionsAllowed: 3, currentHealthy: 4 }), 'no scale', NOW);
  assert.deepEqual([status.disruptionsAllowed, status.currentHealthy, status.conditions?.[0]?.reason], [0, 4, 'SyncFailed']);
});

test('a pod marked for disruption that stays is unmarked after two minutes', () => {
  const marked = (since: number, reason = 'EvictionByEvictionAPI') =>
    pod('p', { status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason, lastTransitionTime: at(since) }] } });
  assert.deepEqual(
    [staleTargetIn(marked(-30), NOW), staleTargetIn(marked(-150), NOW), staleTargetIn(pod('p'), NOW)],
    [90_000, 0, undefined],
  );
  assert.equal(staleTargetIn(marked(-150, 'TerminationByKubelet'), NOW), undefined);
});

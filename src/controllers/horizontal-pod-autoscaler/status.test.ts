import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, NOW } from '../shared/test-objects.ts';
import { statusOf, withConditions } from './status.ts';

const able = (status: 'True' | 'False', reason: string) => ({ type: 'AbleToScale' as const, status, reason, message: reason });

test('a condition keeps its time while its status stays; the last word counts', () => {
  const before = [{ type: 'AbleToScale', status: 'True', reason: 'x', message: 'x', lastTransitionTime: at(-60) }];
  const [after] = withConditions(before, [able('True', 'SucceededGetScale'), able('True', 'ReadyForNewScale')], NOW);
  assert.deepEqual([after?.reason, after?.lastTransitionTime], ['ReadyForNewScale', at(-60)]);
  assert.equal(withConditions(before, [able('False', 'FailedGetScale')], NOW)[0]?.lastTransitionTime, at(0));
});

test('the status tells sizes, metrics and when it scaled', () => {
  const metric = { type: 'Resource', resource: { name: 'cpu', current: {} } };
  const outcome = { currentReplicas: 2, desiredReplicas: 3, metrics: [metric, undefined], isRescaled: true };
  assert.deepEqual(statusOf(undefined, [], outcome, NOW), {
    currentReplicas: 2,
    desiredReplicas: 3,
    conditions: [],
    currentMetrics: [metric, { type: '' }],
    lastScaleTime: at(0),
  });
  assert.equal(statusOf({ desiredReplicas: 5 }, [able('False', 'FailedGetScale')], undefined, NOW).desiredReplicas, 5);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taint, Toleration } from '../../api/core/v1.gen.ts';
import { pod } from '../shared/test-objects.ts';
import { noExecuteTaints, tolerationTime } from './plan.ts';

const taint = (key: string): Taint => ({ key, effect: 'NoExecute' });
const exists = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
});
const time = (tolerations: Toleration[], ...taints: string[]) => tolerationTime(pod('p', { spec: { tolerations } }), taints.map(taint));

// TestGetMinTolerationTime and TestUpdatePod of pkg/controller/tainteviction.
test('a pod stays as long as it tolerates every taint', () => {
  assert.equal(time([], 'a'), 0);
  assert.equal(time([exists('a')], 'a'), undefined);
  assert.equal(time([exists('a', 60)], 'a'), 60_000);
  assert.equal(time([exists('a', 60), exists('b', 30)], 'a', 'b'), 30_000);
  assert.equal(time([exists('a', 60), exists('b')], 'a', 'b'), 60_000);
  assert.equal(time([exists('a', 60)], 'a', 'b'), 0);
  assert.equal(time([exists('a', -1)], 'a'), 0);
});

test('only NoExecute evicts', () => {
  assert.deepEqual(noExecuteTaints([{ key: 'a', effect: 'NoSchedule' }, taint('b')]), [taint('b')]);
});

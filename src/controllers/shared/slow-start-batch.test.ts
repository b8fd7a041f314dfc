import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowStartBatch } from './slow-start-batch.ts';

test('batches double: 1, 2, 4, and the rest', async () => {
  const calls: number[] = [];
  assert.deepEqual(await slowStartBatch(10, async (i) => void calls.push(i)), { successes: 10 });
  assert.deepEqual(calls, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

// TestSlowStartBatch of pkg/controller/replicaset.
test('the batch with the first failure is the last', async () => {
  const cases: [count: number, failAt: number, calls: number, successes: number][] = [
    [10, 0, 1, 0],
    [10, 3, 7, 6],
    [100, 5, 7, 6],
  ];
  for (const [count, failAt, expected, successes] of cases) {
    let calls = 0;
    const result = await slowStartBatch(count, async (i) => {
      calls++;
      if (i === failAt) throw new Error('no');
    });
    assert.deepEqual([calls, result.successes, (result.error as Error).message], [expected, successes, 'no']);
  }
});

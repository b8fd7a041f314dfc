import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStep } from './ttl-controller.ts';

// TestDesiredTTL of pkg/controller/ttl.
test('steps overlap, so that a cluster does not go back and forth', () => {
  const cases: [step: number, count: number, want: number][] = [
    [0, 100, 0],
    [0, 101, 1],
    [1, 91, 1],
    [1, 89, 0],
    [1, 501, 2],
    [2, 1001, 3],
    [3, 1799, 3],
    [4, 1799, 3],
    [0, 10000, 4],
    [4, 0, 0],
  ];
  for (const [step, count, want] of cases) assert.equal(nextStep(step, count), want, `${step} with ${count}`);
});

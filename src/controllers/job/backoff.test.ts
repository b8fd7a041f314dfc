import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { at, NOW, pod } from '../shared/test-objects.ts';
import { NO_BACKOFF, nextBackoff, remainingBackoff, remainingIndexBackoff } from './backoff.ts';

let count = 0;
const ended = (phase: string, seconds: number): Pod =>
  pod(`p${count++}`, { status: { phase, containerStatuses: [{ name: 'c', state: { terminated: { finishedAt: at(seconds) } } }] } });
const failed = (seconds: number) => ended('Failed', seconds);

// TestNewBackoffRecord of pkg/controller/job/backoff_utils_test.go.
test('failures add up until a success', () => {
  const after = nextBackoff({ failuresAfterLastSuccess: 1, lastFailureTime: NOW - 60_000 }, [], [failed(-20), failed(-10)]);
  assert.deepEqual(after, { failuresAfterLastSuccess: 3, lastFailureTime: NOW - 10_000 });
  assert.deepEqual(nextBackoff(after, [], []), after);
  assert.deepEqual(nextBackoff(after, [ended('Succeeded', -5)], [failed(-6)]), NO_BACKOFF);
  const mixed = nextBackoff(after, [ended('Succeeded', -8)], [failed(-9), failed(-7)]);
  assert.deepEqual(mixed, { failuresAfterLastSuccess: 1, lastFailureTime: NOW - 7000 });
});

// TestGetRemainingBackoffTime.
test('the wait doubles from 10 seconds to 10 minutes', () => {
  const wait = (failures: number, secondsAgo: number) =>
    remainingBackoff({ failuresAfterLastSuccess: failures, lastFailureTime: NOW - secondsAgo * 1000 }, NOW) / 1000;
  assert.deepEqual([wait(0, 0), wait(1, 0), wait(2, 5), wait(3, 30), wait(3, 41)], [0, 10, 15, 10, 0]);
  assert.equal(wait(50, 0), 600);
});

test('each index has its own', () => {
  const annotations = {
    'batch.kubernetes.io/job-index-failure-count': '1',
    'batch.kubernetes.io/job-index-ignored-failure-count': '1',
  };
  const last = failed(-5);
  assert.equal(remainingIndexBackoff({ ...last, metadata: { ...last.metadata, annotations } }, NOW), 35_000);
  assert.equal(remainingIndexBackoff(undefined, NOW), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.ts';
import { goDuration } from './go-duration.ts';
import { ItemBackoff } from './item-backoff.ts';

test('each end lengthens the wait, up to the longest; a long life makes it short again', () => {
  const clock = new FakeClock(1_000_000);
  const backoff = new ItemBackoff(clock, 10_000, 300_000);
  const delays: number[] = [];
  for (let i = 0; i < 7; i++) {
    backoff.next('c', clock.now());
    delays.push(backoff.get('c'));
    void clock.advance(backoff.get('c'));
  }
  assert.deepEqual(delays, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  const ended = clock.now();
  assert.equal(backoff.isInBackoffSince('c', ended), true);
  void clock.advance(300_000);
  assert.equal(backoff.isInBackoffSince('c', ended), false);
  void clock.advance(700_000);
  backoff.next('c', clock.now());
  assert.equal(backoff.get('c'), 10_000);
});

test('durations as Go prints them', () =>
  assert.deepEqual([0, 250, 1500, 10_000, 80_000, 300_000, 3_600_000, 0.5].map(goDuration), [
    '0s',
    '250ms',
    '1.5s',
    '10s',
    '1m20s',
    '5m0s',
    '1h0m0s',
    '500µs',
  ]));

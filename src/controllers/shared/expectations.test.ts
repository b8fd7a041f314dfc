import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.ts';
import { Expectations } from './expectations.ts';

test('a key waits until all that was asked for has been seen', () => {
  const expectations = new Expectations(new FakeClock());
  assert.equal(expectations.satisfied('k'), true);
  expectations.expectCreations('k', 2);
  expectations.creationObserved('k');
  assert.equal(expectations.satisfied('k'), false);
  expectations.creationObserved('k');
  assert.equal(expectations.satisfied('k'), true);
});

test('a deletion counts once, however often it is seen', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectDeletions('k', ['a', 'b']);
  assert.equal(expectations.awaitsDeletion('k', 'a'), true);
  expectations.deletionObserved('k', 'a');
  expectations.deletionObserved('k', 'a');
  assert.equal(expectations.satisfied('k'), false);
  expectations.deletionObserved('k', 'b');
  assert.equal(expectations.satisfied('k'), true);
});

test('what is not seen within five minutes is given up', async () => {
  const clock = new FakeClock();
  const expectations = new Expectations(clock);
  expectations.expect('k', 1, ['a']);
  await clock.advance(5 * 60_000);
  assert.equal(expectations.satisfied('k'), false);
  await clock.advance(1);
  assert.equal(expectations.satisfied('k'), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from './intervals.ts';
import { matchSuccessPolicy } from './success-policy.ts';

// TestMatchSuccessPolicy of pkg/controller/job/success_policy_test.go.
test('a rule asks for indexes, for a number, or for a number of indexes', () => {
  const match = (succeeded: string, ...rules: { succeededIndexes?: string; succeededCount?: number }[]) =>
    matchSuccessPolicy({ rules }, 10, parse(succeeded, 10));
  assert.equal(match('', { succeededCount: 0 }), undefined);
  assert.equal(match('0-2', { succeededIndexes: '0-2' }), 'Matched rules at index 0');
  assert.equal(match('0-1', { succeededIndexes: '0-2' }), undefined);
  assert.equal(match('0-1', { succeededCount: 2 }), 'Matched rules at index 0');
  assert.equal(match('0-1,8', { succeededIndexes: '5-9', succeededCount: 1 }), 'Matched rules at index 0');
  assert.equal(match('0-3', { succeededIndexes: '5-9', succeededCount: 1 }, { succeededCount: 4 }), 'Matched rules at index 1');
  assert.equal(matchSuccessPolicy(undefined, 10, parse('0-9', 10)), undefined);
});

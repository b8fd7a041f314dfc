import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalIgnoringZeros, semanticEqual } from './semantic-equal.ts';

test('absent, null and empty are one, zero is something', () => {
  assert.equal(semanticEqual({ a: [], b: {}, c: null }, {}), true);
  assert.equal(semanticEqual({ a: 0 }, {}), false);
  assert.equal(semanticEqual({ a: [1, { b: 'x' }] }, { a: [1, { b: 'x', c: undefined }] }), true);
  assert.equal(semanticEqual([1, 2], [2, 1]), false);
});

test('in a status zeros are absent too', () => {
  assert.equal(equalIgnoringZeros({ replicas: 0, name: '', ok: false }, {}), true);
  assert.equal(equalIgnoringZeros({ replicas: 1 }, {}), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerHash } from './container-hash.ts';

test("equals upstream's number", () => {
  assert.equal(containerHash({ name: 'foo', image: 'bar<&>' }), '8d901bb6');
});

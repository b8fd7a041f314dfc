import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fnv32a, safeEncode, stableJson, templateHash } from './hash.ts';

// Published vectors, http://www.isthe.com/chongo/tech/comp/fnv/.
test('FNV-1a', () => {
  assert.equal(fnv32a(''), 0x811c9dc5);
  assert.equal(fnv32a('a'), 0xe40c292c);
  assert.equal(fnv32a('foobar'), 0xbf9cf968);
});

test('digits become letters and digits that spell no word', () => {
  assert.match(safeEncode('0123456789'), /^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  assert.equal(safeEncode('1234'), safeEncode('1234'));
});

test('the order of keys and absent fields do not matter', () => {
  assert.equal(stableJson({ b: 1, a: [{ d: undefined, c: 'x' }] }), stableJson({ a: [{ c: 'x' }], b: 1, e: null }));
  assert.equal(templateHash({ a: 1, b: 2 }), templateHash({ b: 2, a: 1 }));
});

test('a collision count changes the hash', () => {
  const hashes = [undefined, 0, 1, 2].map((n) => templateHash({ a: 1 }, n));
  assert.equal(new Set(hashes).size, 4);
});

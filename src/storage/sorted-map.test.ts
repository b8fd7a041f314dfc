import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../base/fake-clock.ts';
import { prefixEnd, SortedMap } from './sorted-map.ts';

function contents(map: SortedMap<number>): [string, number][] {
  const out: [string, number][] = [];
  map.scan('', '\uffff', (value, key) => void out.push([key, value]));
  return out;
}

test('random changes agree with a plain map, and every earlier version stays as it was', () => {
  const random = new SeededRandom(7);
  const model = new Map<string, number>();
  const kept: { map: SortedMap<number>; want: [string, number][] }[] = [];
  let map = SortedMap.empty<number>();
  const sorted = () => [...model].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  for (let i = 0; i < 20_000; i++) {
    const key = `k${Math.floor(random.float() * 3000)}`;
    if (random.float() < (i < 12_000 ? 0.35 : 0.7)) {
      model.delete(key);
      map = map.delete(key);
    } else {
      model.set(key, i);
      map = map.set(key, i);
    }
    if (i % 2000 === 0) kept.push({ map, want: sorted() });
  }
  kept.push({ map, want: sorted() });
  for (const { map, want } of kept) {
    assert.deepEqual(contents(map), want);
    assert.equal(map.size, want.length);
    for (const probe of ['', 'k1', 'k1500', 'k29', 'z']) {
      assert.equal(map.rank(probe), want.filter(([key]) => key < probe).length);
    }
    assert.deepEqual(
      map.values('k2', 'k3', 5),
      want
        .filter(([key]) => key >= 'k2' && key < 'k3')
        .slice(0, 5)
        .map(([, v]) => v),
    );
    assert.equal(map.count('k2', 'k3'), want.filter(([key]) => key >= 'k2' && key < 'k3').length);
  }
});

test('a map made from sorted entries takes changes', () => {
  const entries = Array.from({ length: 5000 }, (_, i) => [`a${String(i).padStart(5, '0')}`, i] as const);
  let map = SortedMap.fromSorted(entries);
  assert.deepEqual(contents(map), entries);
  for (let i = 0; i < 5000; i += 2) map = map.delete(`a${String(i).padStart(5, '0')}`);
  assert.equal(map.size, 2500);
  assert.equal(map.get('a00001'), 1);
  assert.equal(map.get('a00002'), undefined);
  for (let i = 0; i < 5000; i++) map = map.delete(`a${String(i).padStart(5, '0')}`);
  assert.equal(map.size, 0);
  assert.throws(
    () =>
      SortedMap.fromSorted([
        ['b', 1],
        ['a', 2],
      ]),
    /does not follow/,
  );
});

test('prefixEnd bounds a prefix', () => {
  assert.equal(prefixEnd('/registry/pods/'), '/registry/pods0');
  assert.equal(prefixEnd('a\uffff'), 'b');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, includes, intervalsOf, merge, overlap, parse, total } from './intervals.ts';

// TestCalculateSucceededIndexes and TestParseIndexesFromString of pkg/controller/job.
test('indexes become intervals and text, and back', () => {
  const cases: [indexes: number[], text: string][] = [
    [[], ''],
    [[1], '1'],
    [[0, 1], '0,1'],
    [[0, 1, 2], '0-2'],
    [[0, 2, 4, 5, 6, 8, 9], '0,2,4-6,8,9'],
    [[3, 1, 1, 2], '1-3'],
  ];
  for (const [indexes, text] of cases) {
    assert.equal(format(intervalsOf(indexes)), text);
    assert.deepEqual(parse(text, 10), intervalsOf(indexes));
  }
});

test('text beyond the completions is cut off, nonsense is left out', () => {
  assert.equal(format(parse('0-3,5,8-12', 10)), '0-3,5,8,9');
  assert.equal(format(parse('0-3,x,5', 10)), '0-3,5');
  assert.equal(format(parse('3-5,4-7', 10)), '3-7');
  assert.equal(format(parse(undefined, 10)), '');
});

test('sets can be joined, counted and compared', () => {
  const [a, b] = [parse('0-2,6', 10), parse('2-4,7', 10)];
  assert.equal(format(merge(a, b)), '0-4,6,7');
  assert.equal(total(a), 4);
  assert.equal(overlap(a, b), 1);
  assert.deepEqual([includes(a, 6), includes(a, 5)], [true, false]);
});

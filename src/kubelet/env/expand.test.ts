import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand } from './expand.ts';

const vars: Record<string, string> = { VAR_A: 'A', VAR_B: 'B', VAR_REF: '$(VAR_A)', VAR_EMPTY: '' };

for (const [input, expected] of [
  ['foo', 'foo'],
  ['$(VAR_A)', 'A'],
  ['___$(VAR_B)___', '___B___'],
  ['$(VAR_A)-$(VAR_B)', 'A-B'],
  ['f000-$$VAR_A', 'f000-$VAR_A'],
  ['$$(VAR_A)', '$(VAR_A)'],
  ['$$$(VAR_A)', '$A'],
  ['$(VAR_REF)', '$(VAR_A)'],
  ['foo$(VAR_EMPTY)bar', 'foobar'],
  ['$(VAR_DNE)', '$(VAR_DNE)'],
  ['$(VAR_A', '$(VAR_A'],
  ['$VAR_A', '$VAR_A'],
  ['$', '$'],
  ['$$', '$'],
  ['$(', '$('],
  ['$()', '$()'],
  ['$((VAR_A))', '$((VAR_A))'],
] as const) {
  test(`${input} becomes ${expected}`, () =>
    assert.equal(
      expand(input, (name) => vars[name]),
      expected,
    ));
}

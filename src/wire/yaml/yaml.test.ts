import { test } from 'node:test';
import assert from 'node:assert/strict';
import { fixtures } from '../fixtures.test-helper.ts';
import { parseYaml, parseYamlDocuments, parseYamlStrict, splitYamlDocuments, stringifyYaml, YamlError } from './yaml.ts';

// Plain scalars as sigs.k8s.io/yaml reads them.
const SCALARS: readonly [string, unknown][] = [
  ...['y', 'Yes', 'on', 'TRUE'].map((s): [string, unknown] => [s, true]),
  ...['n', 'NO', 'off', 'false'].map((s): [string, unknown] => [s, false]),
  ...['~', 'null', ''].map((s): [string, unknown] => [s, null]),
  ['tRue', 'tRue'],
  ['010', 8],
  ['08', 8],
  ['0x1F', 31],
  ['0o10', 8],
  ['-0b11', -3],
  ['1_000', 1000],
  ['+5', 5],
  ['1e3', 1000],
  ['.5', 0.5],
  ['1:30', '1:30'],
  ['2001-12-14', '2001-12-14'],
  ['1.2.3', '1.2.3'],
  ['9007199254740993', 9007199254740993n],
  ['9223372036854775807', 9223372036854775807n],
  ['1e400', '1e400'],
  ['!!str 5', '5'],
  ['!!binary YWJj', 'abc'],
  ['!custom x', 'x'],
  ['"yes"', 'yes'],
  ['a#b', 'a#b'],
  ['a #b', 'a'],
];

test('scalars are read as Go reads them', () => {
  for (const [text, want] of SCALARS) assert.deepEqual(parseYaml(`k: ${text}`), { k: want }, text);
});

test('keys become text', () => {
  assert.deepEqual(parseYaml('1: a\ntrue: b\n2.5: c\nyes: d\n'), { 1: 'a', true: 'd', 2.5: 'c' });
  assert.throws(() => parseYaml('null: a'), YamlError);
  assert.throws(() => parseYaml('{a: b}: c'), YamlError);
});

test('duplicate keys: the last wins, and they are told', () => {
  assert.deepEqual(parseYamlStrict('a: 1\nb: {c: 1, c: 2}\na: 2\n'), {
    value: { a: 2, b: { c: 2 } },
    // Go's parser tells the line; here the first one does.
    duplicates: ['line 2: key "c" already set in map', 'key "a" already set in map'],
  });
  assert.deepEqual(parseYamlStrict('{"a":1,"a":2}').duplicates, ['key "a" already set in map']);
});

test('JSON and flow style', () => {
  assert.deepEqual(parseYaml('{"a": [1, true, null], "b": "x"}'), { a: [1, true, null], b: 'x' });
  assert.deepEqual(parseYaml('{a: yes, b: [c, d]}'), { a: true, b: ['c', 'd'] });
});

test('aliases are written out, bombs are not', () => {
  const value = parseYaml('a: &x {b: [1]}\nc: *x\nd:\n  <<: *x\n  e: 2\n') as { a: object; c: object };
  assert.deepEqual(value, { a: { b: [1] }, c: { b: [1] }, d: { b: [1], e: 2 } });
  assert.notEqual(value.a, value.c);
  const laughs = [
    'a0: &a0 [x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`),
  ].join('\n');
  assert.throws(() => parseYaml(laughs), new YamlError('yaml: document contains excessive aliasing'));
});

test('what is no YAML is refused with its line', () => {
  for (const text of ['a: b: c', '[a', 'a:\n\tb: 1', 'a: *nope', '@a', 'a: "\\q"'])
    assert.throws(() => parseYaml(text), /^Error: yaml: line \d+: /, text);
  assert.throws(() => parseYaml('a: .inf'), new YamlError('json: unsupported value: +Inf'));
  assert.throws(() => parseYaml('['.repeat(5000)), YamlError);
});

test('hostile keys stay ordinary keys', () => {
  const value = parseYaml('__proto__:\n  polluted: true\n');
  assert.equal(JSON.stringify(value), '{"__proto__":{"polluted":true}}');
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('streams are split at separators', () => {
  assert.deepEqual(parseYamlDocuments('---\na: 1\n--- # next\n\n---\nb: 2\n'), [{ a: 1 }, { b: 2 }]);
  assert.equal(splitYamlDocuments('# only a comment\n---\na: |\n  --- x\n').length, 2);
  assert.throws(() => splitYamlDocuments('a: 1\n---x\n'), new YamlError('invalid Yaml document separator: x'));
});

// As sigs.k8s.io/yaml prints them.
const PRINTED: readonly [unknown, string][] = [
  [{ b: 1, a: [1, { c: 2, d: [] }], e: {}, f: null }, 'a:\n- 1\n- c: 2\n  d: []\nb: 1\ne: {}\nf: null\n'],
  [[[1, 2], []], '- - 1\n  - 2\n- []\n'],
  [{ a2: 1, a10: 1, A: 1, '10': 1, '9': 1 }, '"9": 1\n"10": 1\nA: 1\na2: 1\na10: 1\n'],
  [{ k: 'yes' }, 'k: "yes"\n'],
  [{ k: '12:30' }, 'k: "12:30"\n'],
  [{ k: '' }, 'k: ""\n'],
  [{ k: 'a: b' }, "k: 'a: b'\n"],
  [{ k: "it's" }, "k: it's\n"],
  [{ k: "'a'" }, "k: '''a'''\n"],
  [{ k: 'a\tb' }, 'k: "a\\tb"\n'],
  [{ k: '🙂' }, 'k: "\\U0001F642"\n'],
  [{ k: 'a\nb\n' }, 'k: |\n  a\n  b\n'],
  [{ k: 'a\nb' }, 'k: |-\n  a\n  b\n'],
  [{ k: 'a\n\n' }, 'k: |+\n  a\n\n'],
  [{ k: '  a\n' }, 'k: |2\n    a\n'],
  [{ k: 'a \nb' }, 'k: "a \\nb"\n'],
  [{ k: 1e21, l: 1234567.5, m: 1e20, n: 9007199254740993n }, 'k: 1e+21\nl: 1.2345675e+06\nm: 1e+20\n"n": 9007199254740993\n'],
  [{ k: `${'word '.repeat(20)}end` }, `k: ${'word '.repeat(16).trim()}\n  ${'word '.repeat(4)}end\n`],
  ['x', 'x\n'],
  [null, 'null\n'],
];

test('values are printed as Go prints them', () => {
  for (const [value, want] of PRINTED) assert.equal(stringifyYaml(value), want);
});

const all = fixtures();
test(
  'every upstream fixture: YAML and JSON agree, and YAML is printed byte for byte',
  { skip: all === undefined ? 'no reference data at ../shared/k8s-1.36' : false },
  () => {
    assert.ok((all?.size ?? 0) > 180);
    for (const [name, { json, yaml }] of all ?? []) {
      const value: unknown = JSON.parse(json.toString());
      assert.deepEqual(parseYaml(yaml.toString()), value, name);
      assert.equal(stringifyYaml(value), yaml.toString(), name);
    }
  },
);

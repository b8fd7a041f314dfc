import { test } from 'node:test';
import assert from 'node:assert/strict';
import { goNumber, goQuote } from './go-text.ts';
import { JsonSyntaxError, MAX_DEPTH, parseJson } from './parse.ts';
import { parseSlowly } from './parse-slowly.ts';
import { marshalGo, stringifyJson } from './stringify.ts';

// What sigs.k8s.io/json answers.
const BROKEN: readonly [string, string][] = [
  ['', 'unexpected end of JSON input'],
  ['tru', "invalid character ' ' in literal true (expecting 'e')"],
  ['truf', "invalid character 'f' in literal true (expecting 'e')"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{"a"}', "invalid character '}' after object key"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['1.', "invalid character ' ' after decimal point in numeric literal"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['01', "invalid character '1' after top-level value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['1e400', 'json: cannot unmarshal number 1e400 into Go value of type float64'],
];

test('syntax errors are in the words of Go', () => {
  for (const [text, message] of BROKEN) assert.throws(() => parseJson(text), { message }, JSON.stringify(text));
});

test('duplicate keys are told with their paths', () => {
  const cases: [string, string[]][] = [
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"a":{"b":1,"b":2,"b":3},"c":[{"d":1},{"d":1,"d":2}]}', ['a.b', 'c[1].d']],
    ['{"a":":","b":"{\\"x\\":1}"}', []],
    ['{"a":1,"\\u0061":2}', ['a']],
  ];
  for (const [text, duplicates] of cases) assert.deepEqual(parseJson(text).duplicates, duplicates, text);
  assert.deepEqual(parseJson('{"a":1,"a":2}').value, { a: 2 });
});

test('int64 survives, and what is larger becomes a float', () => {
  const text = '[9007199254740991,9007199254740993,-9223372036854775808,9223372036854775807]';
  const { value } = parseJson(text);
  assert.deepEqual(value, [9007199254740991, 9007199254740993n, -9223372036854775808n, 9223372036854775807n]);
  assert.equal(stringifyJson(value), text);
  assert.deepEqual(parseJson('9223372036854775808').value, 9223372036854775808);
});

test('text that Go would repair is repaired', () => {
  assert.equal(parseJson('"\\ud800x"').value, '\ufffdx');
  assert.equal(parseJson('"\\ud83d\\ude00"').value, '😀');
  assert.equal(parseJson(Uint8Array.of(0x22, 0xff, 0x22)).value, '\ufffd');
});

test('depth is bounded and costs no stack', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(parseJson(nested(MAX_DEPTH)).value);
  assert.ok(parseJson(nested(10_000), { maxDepth: 10_000 }).value);
  assert.ok(parseSlowly(nested(10_000), 10_000).value);
  assert.throws(() => parseJson(nested(MAX_DEPTH + 1)), new JsonSyntaxError('exceeded max depth'));
  assert.throws(() => parseJson(nested(4), { maxDepth: 3 }), JsonSyntaxError);
  assert.throws(() => parseJson('['.repeat(1_000_000)), JsonSyntaxError);
});

test('hostile keys stay ordinary keys', () => {
  for (const text of ['{"__proto__":{"polluted":true},"constructor":1}', '{"__proto__":{"polluted":true},"n":12345678901234567}']) {
    const { value } = parseJson(text);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal((value as { polluted?: boolean }).polluted, undefined);
    assert.equal(stringifyJson(value), text);
  }
});

test('both parsers agree', () => {
  const text = '{"a":[1,2.5,-3e2,{"b":null,"c":"x\\ty\\u00e9"}],"d":true,"e":{},"f":[],"":"/\\/"}';
  assert.deepEqual(parseSlowly(text, 100).value, JSON.parse(text));
  assert.deepEqual(parseJson(text).value, JSON.parse(text));
});

test('Go prints strings and numbers', () => {
  assert.equal(goQuote('a"b\\\n\x00\x7f é😀\u200b\u00a0'), '"a\\"b\\\\\\n\\x00\\x7f é😀\\u200b\\u00a0"');
  const numbers: [number | bigint, string][] = [
    [1, '1'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [-0.5, '-0.5'],
    [12n, '12'],
  ];
  for (const [value, want] of numbers) assert.equal(goNumber(value), want);
  assert.equal(marshalGo({ a: '<&>\u2028' }), '{"a":"\\u003c\\u0026\\u003e\\u2028"}');
});

import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as names from './names.ts';

type Table = readonly [rule: names.NameRule, good: readonly string[], bad: readonly string[]];
const TABLE: readonly Table[] = [
  [
    names.isDNS1123Label,
    ['a', 'ab', 'a-1', '0', '1-a-2', 'a'.repeat(63)],
    ['', 'A', '-', 'a-', '-a', 'a.b', 'a_b', ' a', 'a\n', 'a'.repeat(64)],
  ],
  [names.isDNS1123Subdomain, ['a', '0.0', 'a--b.c', 'a-1.a'], ['', '.', 'a.', '.a', 'a..b', 'A.a', 'a@b', 'a'.repeat(254)]],
  [names.isDNS1035Label, ['a', 'a-1', 'ab--cd'], ['', '0', '1a', 'a-', 'a.b', 'A', 'a'.repeat(64)]],
  [names.isWildcardDNS1123Subdomain, ['*.bar.com', '*.a'], ['*.*.bar.com', '*.a.*.com', '*bar.com', '*']],
  [
    names.isQualifiedName,
    ['simple', '1.2', 'a/b', 'example.com/a_b.C', '1.2.3.4/5678', 'UpPer'],
    ['', '/', 'a/', '/a', 'a/b/c', 'nospecial@', '-a', 'A.b/c', 'a'.repeat(64), `${'a'.repeat(254)}/b`],
  ],
  [names.isLabelValue, ['', 'a', 'A.b_c-1', '1'], [' ', 'a ', '-a', 'a/b', 'é', 'a'.repeat(64)]],
  [
    names.isValidPortName,
    ['telnet', 're-mail-ck', '123a'],
    ['longerthan15characters', '', '12345', '1-2-3-4', '-begin', 'end-', 'two--hyphens', 'UP', 'a_b'],
  ],
  [names.isConfigMapKey, ['a', '.a', 'a..b', '_-.A1', '...a'.slice(2)], ['', '.', '..', '..a', 'a/b', 'a b', 'a'.repeat(254)]],
  [names.isEnvVarName, ['A', '.a', 'a-b', '_'], ['', '1a', 'a b', '..', '..a', '.']],
  [names.isRelaxedEnvVarName, ['a b', '1', '..', '!"#'], ['', 'a=b', 'é', 'a\t']],
  [names.isCIdentifier, ['a', '_1', 'A_b'], ['', '1', 'a-b']],
  [names.isPathSegmentName, ['', 'a:b', 'A', '...'], ['.', '..', 'a/b', 'a%b']],
  [names.isHTTPHeaderName, ['X-Header', '1'], ['', 'a_b', 'a b']],
  [names.isValidPercent, ['0%', '100%'], ['', '1', '%', '1.5%', '-1%']],
  [names.isDecimalInteger, ['0', '-1', '12345678901234567890'], ['', '-0', '01', '+1', '1.0', '1e5', ' 1']],
];

test('each rule takes and refuses what upstream does', () => {
  for (const [rule, good, bad] of TABLE) {
    for (const value of good) assert.deepEqual(rule(value), [], `${rule.name}(${JSON.stringify(value)})`);
    for (const value of bad) assert.notEqual(rule(value).length, 0, `${rule.name}(${JSON.stringify(value)})`);
  }
});

test('the complaints are in upstream words', () => {
  assert.deepEqual(names.isDNS1123Label('a.b'), ['must not contain dots']);
  assert.deepEqual(names.isDNS1123Label('A'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  assert.deepEqual(names.isQualifiedName('a/b/c'), [
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
  ]);
  assert.deepEqual(names.isLabelValue('a'.repeat(64)), ['must be no more than 63 bytes']);
  assert.deepEqual(names.isDNS1123Label('a'.repeat(64)), ['must be no more than 63 characters']);
  assert.deepEqual(names.isValidPortNum(0), ['must be between 1 and 65535, inclusive']);
});

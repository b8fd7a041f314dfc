import { test } from 'node:test';
import assert from 'node:assert/strict';
import { parseFieldSelector } from './field-selector.ts';
import { formatLabelSelector, labelSelectorAsSelector, parseToLabelSelector } from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';
import { selectorFromSet } from './selector.ts';

test('label selectors print canonically', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['x=a,y=b,z=c', 'x=a,y=b,z=c'],
    ['z=c,x=a', 'x=a,z=c'],
    ['x!=a,y=b', 'x!=a,y=b'],
    ['x=', 'x='],
    ['x= ', 'x='],
    ['x=,z= ', 'x=,z='],
    [' x = a ', 'x=a'],
    ['x==a', 'x==a'],
    ['x>1', 'x>1'],
    ['x>1,z<5', 'x>1,z<5'],
    ['x in (b,a)', 'x in (a,b)'],
    ['x in (a,a)', 'x in (a)'],
    ['x notin ()', 'x notin ()'],
    ['x in (foo,,baz),y,z notin ()', 'x in (,baz,foo),y,z notin ()'],
    ['x in (,a)', 'x in (,a)'],
    ['x in (a,)', 'x in (,a)'],
    ['!x', '!x'],
    ['! x , y', '!x,y'],
    ['in in (in,notin)', 'in in (in,notin)'],
    ['notin', 'notin'],
    ['example.com/a-b=c', 'example.com/a-b=c'],
  ];
  for (const [text, want] of cases) assert.equal(parseLabelSelector(text).toString(), want, text);
});

test('broken label selectors are refused in upstream words', () => {
  const cases: [string, RegExp | string][] = [
    ['x=a||y=b', /^unable to parse requirement: values\[0\]\[x\]: Invalid value: "a\|\|y": a valid label must/],
    ['x==a==b', `found '==', expected: ',' or 'end of string'`],
    ['!x=a', `found '=', expected: ',' or 'end of string'`],
    ['x<a', `unable to parse requirement: values[0]: Invalid value: "a": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['x in a', `unable to parse requirement: found 'a' expected: '('`],
    ['x in (a', `unable to parse requirement: found '', expected: ',' or ')'`],
    ['x y', `unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt`],
    [',x', `found ',', expected: !, identifier, or 'end of string'`],
    ['x,', `found '', expected: identifier after ','`],
    ['!', `unable to parse requirement: found '', expected: identifier`],
    ['a/b/c', /^unable to parse requirement: <nil>: Invalid value: "a\/b\/c": a valid label key must/],
    ['x in (a b)', `unable to parse requirement: found 'b', expected: ',' or ')'`],
  ];
  for (const [text, want] of cases) {
    assert.throws(
      () => parseLabelSelector(text),
      (e: Error) => {
        if (typeof want === 'string') assert.equal(e.message, want, text);
        else assert.match(e.message, want, text);
        return true;
      },
      text,
    );
  }
});

test('label selectors match', () => {
  const labels = { foo: 'bar', baz: 'blah', n: '10', empty: '' };
  const yes = [
    '',
    'foo=bar',
    'baz=blah,foo=bar',
    'foo',
    '!nope',
    'foo!=x',
    'nope!=x',
    'foo in (bar,x)',
    'nope notin (a)',
    'n>9',
    'n<11',
    'empty=',
    '!constructor',
    'empty in ()',
  ];
  const no = [
    'foo=x',
    'nope=',
    'nope',
    '!foo',
    'foo!=bar',
    'foo notin (bar)',
    'nope in (a)',
    'n>10',
    'n<10',
    'nope>1',
    'foo>1',
    'constructor',
    '__proto__'.replace(/_/g, 'x'),
  ];
  for (const text of yes) assert.equal(parseLabelSelector(text).matches(labels), true, text);
  for (const text of no) assert.equal(parseLabelSelector(text).matches(labels), false, text);
  assert.equal(parseLabelSelector('a').matches(undefined), false);
  assert.equal(parseLabelSelector('!a').matches(undefined), true);
  assert.equal(selectorFromSet({ b: '1', a: '2' }).toString(), 'a=2,b=1');
  assert.equal(parseLabelSelector('a in (b),c').requiresExactMatch('a'), 'b');
  assert.equal(parseLabelSelector('a in (b),c').requiresExactMatch('c'), undefined);
});

test('LabelSelector objects', () => {
  const selector = labelSelectorAsSelector({
    matchLabels: { a: 'b' },
    matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['x', 'd'] }],
  });
  assert.equal(selector.toString(), 'a=b,c notin (d,x)');
  assert.equal(labelSelectorAsSelector(undefined).matches({}), false);
  assert.equal(labelSelectorAsSelector({}).matches(undefined), true);
  assert.throws(() => labelSelectorAsSelector({ matchExpressions: [{ key: 'a', operator: 'Is' }] }), {
    message: '"Is" is not a valid label selector operator',
  });
  assert.throws(() => labelSelectorAsSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] }), {
    message: "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
  });
  assert.deepEqual(parseToLabelSelector('a=b,!c,d in (x)'), {
    matchLabels: { a: 'b' },
    matchExpressions: [
      { key: 'c', operator: 'DoesNotExist' },
      { key: 'd', operator: 'In', values: ['x'] },
    ],
  });
  assert.equal(formatLabelSelector({}), '<none>');
});

test('field selectors', () => {
  const canonical: [string, string][] = [
    ['', ''],
    ['b=1,a!=2', 'a!=2,b=1'],
    ['a==b', 'a=b'],
    ['a=b\\,c\\=\\\\', 'a=b\\,c\\=\\\\'],
    [',a=b,', 'a=b'],
  ];
  for (const [text, want] of canonical) assert.equal(parseFieldSelector(text).toString(), want, text);
  const get = (field: string) => ({ 'metadata.name': 'x', a: 'b,c' })[field] ?? '';
  assert.equal(parseFieldSelector('metadata.name=x,spec.nodeName!=y').matches(get), true);
  assert.equal(parseFieldSelector('metadata.name=x,spec.nodeName=y').matches(get), false);
  assert.equal(parseFieldSelector('a=b\\,c').matches(get), true);
  assert.equal(parseFieldSelector('spec.nodeName=').matches(get), true);
  assert.equal(parseFieldSelector('a=b').requiresExactMatch('a'), 'b');
  const bad: [string, string][] = [
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=b\\d', 'invalid field selector: invalid escape sequence: \\d'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ];
  for (const [text, message] of bad) assert.throws(() => parseFieldSelector(text), { message }, text);
});

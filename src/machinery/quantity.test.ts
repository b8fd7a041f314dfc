import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Quantity, QuantityError, type QuantityFormat } from './quantity.ts';

// Text, canonical text, format, value; as upstream 1.36.2 answers.
const PARSED: readonly [string, string, QuantityFormat, number][] = [
  ['0', '0', 'DecimalSI', 0],
  ['0Ki', '0', 'BinarySI', 0],
  ['e3', '0', 'DecimalExponent', 0],
  ['1', '1', 'DecimalSI', 1],
  ['100m', '100m', 'DecimalSI', 1],
  ['0.1', '100m', 'DecimalSI', 1],
  ['0.100', '100m', 'DecimalSI', 1],
  ['1.5', '1500m', 'DecimalSI', 2],
  ['1.500', '1.500', 'DecimalSI', 2],
  ['+5', '+5', 'DecimalSI', 5],
  ['05', '05', 'DecimalSI', 5],
  ['1000', '1k', 'DecimalSI', 1000],
  ['1000m', '1', 'DecimalSI', 1],
  ['1024', '1024', 'DecimalSI', 1024],
  ['1024Ki', '1Mi', 'BinarySI', 1048576],
  ['1.5Gi', '1536Mi', 'BinarySI', 1610612736],
  ['100.035Ki', '102435840m', 'BinarySI', 102436],
  ['.001Ki', '1024m', 'BinarySI', 2],
  ['.000000000001Ki', '2n', 'DecimalSI', 1],
  ['-1Ki', '-1Ki', 'BinarySI', -1024],
  ['-1.5', '-1500m', 'DecimalSI', -2],
  ['3.001n', '4n', 'DecimalSI', 1],
  ['1e3', '1e3', 'DecimalExponent', 1000],
  ['.001e12', '1e9', 'DecimalExponent', 1e9],
  ['1.1E-9', '2e-9', 'DecimalExponent', 1],
  ['1e-2000000000', '1e-9', 'DecimalExponent', 1],
  ['0.025Ti', '27487790694400m', 'BinarySI', 27487790695],
  ['9Ei', '9223372036854775807', 'BinarySI', 2 ** 63],
  ['1.G', '1.G', 'DecimalSI', 1e9],
  ['0.0005k', '500m', 'DecimalSI', 1],
];

test('quantities parse to their canonical form', () => {
  for (const [text, canonical, format, value] of PARSED) {
    const quantity = Quantity.parse(text);
    assert.equal(quantity.toString(), canonical, text);
    assert.equal(quantity.format, format, text);
    assert.equal(quantity.value(), value, text);
    assert.equal(Quantity.parse(canonical).compare(quantity), 0, text);
  }
});

test('broken quantities are refused', () => {
  const cases: [string, RegExp][] = [
    ...['', ' 1', '1 ', '1.1.1', '1+1.0M', 'x'].map((t): [string, RegExp] => [t, /^quantities must match the regular expression '\^\(/]),
    ...['0.1mi', '1i', '1e', '1Em', '1Kii', '-3.01e-'].map((t): [string, RegExp] => [t, /^unable to parse quantity's suffix$/]),
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => Quantity.parse(text),
      (e: Error) => e instanceof QuantityError && message.test(e.message),
      text,
    );
  }
});

test('quantities compare and calculate exactly', () => {
  const q = (text: string) => Quantity.parse(text);
  assert.equal(q('0.1').add(q('0.2')).equals(q('300m')), true);
  assert.equal(q('1Gi').compare(q('1G')), 1);
  assert.equal(q('-1').compare(q('1e2000000000')), -1);
  assert.equal(q('-1e2000000000').compare(q('-1')), -1);
  assert.equal(q('1e2000000000').compare(q('1')), 1);
  assert.equal(q('0').add(q('1Ki')).toString(), '1Ki');
  assert.equal(q('1Gi').sub(q('512Mi')).toString(), '512Mi');
  assert.equal(q('1').sub(q('1')).toString(), '0');
  assert.equal(q('100m').mul(15).toString(), '1500m');
  assert.equal(q('9007199254740993').scaledBig(0), 9007199254740993n);
  assert.equal(q('1500m').milliValue(), 1500);
  assert.equal(q('1001u').milliValue(), 2);
  assert.equal(q('1001u').roundUp(-3).toString(), '2m');
  assert.equal(q('1500m').isExactAt(0), false);
  assert.equal(q('2k').isExactAt(0), true);
  assert.equal(JSON.stringify({ a: q('1000Mi') }), '{"a":"1000Mi"}');
  assert.equal(Quantity.ofMilli(1500).toString(), '1500m');
  assert.equal(Quantity.of(2 ** 30, 'BinarySI').toString(), '1Gi');
});

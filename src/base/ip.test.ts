import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { canonicalIp, cidrAddress, cidrContains, formatCidr, formatIp, parseCidr, parseIp } from './ip.ts';

test('canonical text', () => {
  const cases: [string, string | undefined][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['010.000.000.001', '10.0.0.1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['fe80::1%eth0', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1:2:3:4:5:6:7::8', undefined],
    ['1::2::3', undefined],
    [':1', undefined],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['1.2.3.-4', undefined],
    ['', undefined],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ];
  for (const [text, expected] of cases) assert.equal(canonicalIp(text), expected, text);
});

test('agrees with the platform on what an address is', () => {
  for (const text of [
    '1::',
    '::1:2',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '1.2.3.4',
    '1.2.3.4.5',
    '::1.2.3.4',
    '1::1.2.3.4:5',
    ':::',
    '1:::2',
  ]) {
    assert.equal(parseIp(text) !== undefined, isIP(text) !== 0, text);
  }
});

test('blocks', () => {
  const cidr = parseCidr('10.244.3.77/20');
  assert.ok(cidr);
  assert.equal(formatCidr(cidr), '10.244.0.0/20');
  const has = (text: string) => cidrContains(cidr, parseIp(text) ?? assert.fail());
  assert.equal(has('10.244.15.255'), true);
  assert.equal(has('10.244.16.0'), false);
  assert.equal(has('::1'), false);
  assert.equal(formatIp(cidrAddress(cidr, 258) ?? assert.fail()), '10.244.1.2');
  assert.equal(cidrAddress(cidr, 4096), undefined);
  for (const bad of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', 'x/8']) assert.equal(parseCidr(bad), undefined, bad);
  assert.equal(formatCidr(parseCidr('fd00:10::1/64') ?? assert.fail()), 'fd00:10::/64');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr, type Cidr } from '../../base/ip.ts';
import { CidrSet } from './cidr-set.ts';

const set = (cidr: string, mask: number) => new CidrSet(parseCidr(cidr) as Cidr, mask);

// TestCIDRSetFullyAllocated, TestCIDRSet and TestIndexToCIDRBlock of pkg/controller/nodeipam/ipam/cidrset.
test('blocks are given out in turn, until none is left', () => {
  const blocks = set('127.123.234.0/28', 30);
  assert.deepEqual([1, 2, 3, 4].map(() => blocks.allocate()), ['127.123.234.0/30', '127.123.234.4/30', '127.123.234.8/30', '127.123.234.12/30']); // prettier-ignore
  assert.throws(() => blocks.allocate(), /no remaining CIDRs left/);
  blocks.release('127.123.234.4/30');
  assert.equal(blocks.allocate(), '127.123.234.4/30');
});

test('a block just freed is not the next', () => {
  const blocks = set('10.0.0.0/22', 24);
  assert.equal(blocks.allocate(), '10.0.0.0/24');
  blocks.release('10.0.0.0/24');
  assert.equal(blocks.allocate(), '10.0.1.0/24');
});

test('what overlaps is taken, be it larger or smaller than a block', () => {
  const blocks = set('10.0.0.0/22', 24);
  blocks.occupy('10.0.0.64/30');
  blocks.occupy('10.0.2.0/23');
  assert.equal(blocks.allocate(), '10.0.1.0/24');
  assert.throws(() => blocks.allocate());
  assert.throws(() => blocks.occupy('10.1.0.0/24'), /out the range/);
  blocks.occupy('10.0.0.0/8');
});

test('both families', () => {
  assert.equal(set('2001:beef:1234:369b::/56', 64).allocate(), '2001:beef:1234:3600::/64');
  assert.throws(() => set('2001::/32', 64), /too big/);
});

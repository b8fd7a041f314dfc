import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PodAddresses } from './pod-addresses.ts';

test('every address is given once, those freed last of all', () => {
  const addresses = new PodAddresses('10.1.2.0/29');
  const all = [addresses.take(), addresses.take(), addresses.take(), addresses.take(), addresses.take()];
  assert.deepEqual(all, ['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6']);
  assert.throws(() => addresses.take(), /no IP addresses available in range set: 10\.1\.2\.0\/29/);
  addresses.free('10.1.2.4');
  addresses.free('10.9.9.9');
  assert.equal(addresses.take(), '10.1.2.4');
  assert.throws(() => new PodAddresses('nonsense'), /is no address range/);
  assert.equal(new PodAddresses('fd00::/64').take(), 'fd00::2');
});

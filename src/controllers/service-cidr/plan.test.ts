import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPAddress, ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { canDelete, containing, overlapping } from './plan.ts';

const cidr = (name: string, ...cidrs: string[]) => ({ metadata: { name }, spec: { cidrs } }) as unknown as ServiceCIDR;
const address = (name: string, managedBy = 'ipallocator.k8s.io') =>
  ({
    metadata: {
      name,
      labels: {
        'ipaddress.kubernetes.io/managed-by': managedBy,
        'ipaddress.kubernetes.io/ip-family': name.includes(':') ? 'IPv6' : 'IPv4',
      },
    },
  }) as unknown as IPAddress;

const whole = cidr('whole', '192.168.0.0/23', '2001:db2::/64');
const low = cidr('low', '192.168.0.0/24');
const high = cidr('high', '192.168.1.0/24');

// TestController_canDeleteCIDR of pkg/controller/servicecidrs.
test('a range can go when nothing depends on it alone', () => {
  assert.equal(canDelete(low, [low], []), true);
  assert.equal(canDelete(low, [low], [address('192.168.0.100')]), false);
  assert.equal(canDelete(low, [low], [address('192.168.0.100', 'somebody')]), true);
  assert.equal(canDelete(low, [low, whole], [address('192.168.0.100')]), true);
  assert.equal(canDelete(whole, [low, high, whole], [address('192.168.0.100')]), true);
  assert.equal(canDelete(whole, [low, high, whole], [address('2001:db2::100')]), false);
});

test('the ends of a range are never given', () => {
  assert.deepEqual(containing(address('192.168.0.255'), [low, whole]), ['whole']);
  assert.deepEqual(containing(address('192.168.0.0'), [low, whole]), []);
  assert.deepEqual(containing(address('192.168.1.255'), [high, whole]), []);
  assert.deepEqual(containing(address('2001:db2::ffff:ffff:ffff:ffff'), [whole]), ['whole']);
});

test('ranges that share addresses are found', () => {
  assert.deepEqual(overlapping(low, [low, high, whole]), ['low', 'whole']);
  assert.deepEqual(overlapping(cidr('other', '10.0.0.0/8'), [low, high]), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repackSubsets } from './repack-subsets.ts';

const tcp = (port: number) => ({ port, protocol: 'TCP' });

// TestRepackSubsets of pkg/api/v1/endpoints.
test('addresses with the same ports come together', () => {
  const apart = [
    { addresses: [{ ip: '1.2.3.4' }], ports: [tcp(111)] },
    { addresses: [{ ip: '1.2.3.4' }], ports: [tcp(222)] },
    { addresses: [{ ip: '5.6.7.8' }], ports: [tcp(111), tcp(222)] },
  ];
  assert.deepEqual(repackSubsets(apart), [{ addresses: [{ ip: '1.2.3.4' }, { ip: '5.6.7.8' }], ports: [tcp(111), tcp(222)] }]);
});

test('readiness is a matter of each port', () => {
  const mixed = [
    { addresses: [{ ip: '1.2.3.4' }], ports: [tcp(111)] },
    { notReadyAddresses: [{ ip: '1.2.3.4' }], ports: [tcp(222)] },
  ];
  assert.deepEqual(repackSubsets(mixed), mixed);
});

test('the same address of different pods stays two', () => {
  const address = (uid: string) => ({ ip: '1.2.3.4', targetRef: { uid } });
  const subsets = [
    { addresses: [address('b')], ports: [tcp(111)] },
    { addresses: [address('a')], ports: [tcp(111)] },
  ];
  assert.deepEqual(repackSubsets(subsets), [{ addresses: [address('a'), address('b')], ports: [tcp(111)] }]);
});

test('what is ready and not ready is not ready; without ports is allowed', () => {
  const both = [{ addresses: [{ ip: '1.2.3.4' }], notReadyAddresses: [{ ip: '1.2.3.4' }] }];
  assert.deepEqual(repackSubsets(both), [{ notReadyAddresses: [{ ip: '1.2.3.4' }] }]);
  assert.deepEqual(repackSubsets([]), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoints, EndpointSubset } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { meta } from '../shared/test-objects.ts';
import { planMirror } from './plan.ts';

const endpoints = (subsets: EndpointSubset[], extra: Parameters<typeof meta>[1] = {}): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: meta('ext', extra),
  subsets,
});

const made = (slices: readonly EndpointSlice[]) =>
  slices.map((s, i) => ({ ...s, metadata: { ...s.metadata, name: s.metadata.name || `ext-${i}`, uid: `u${i}` } }));
const actions = (p: ReturnType<typeof planMirror>) => [p.create.length, p.update.length, p.delete.length];

test('each family and set of ports has a slice', () => {
  const source = endpoints(
    [
      {
        addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
        notReadyAddresses: [{ ip: '10.0.0.2' }],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ],
    {
      labels: { team: 'x' },
      annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
  );
  const plan = planMirror(source, [], 1000);
  assert.deepEqual(actions(plan), [2, 0, 0]);
  const v4 = plan.create.find((s) => s.addressType === 'IPv4');
  assert.deepEqual(
    v4?.endpoints?.map((e) => [e.addresses[0], e.conditions?.ready]),
    [
      ['10.0.0.1', true],
      ['10.0.0.2', false],
    ],
  );
  assert.deepEqual(v4?.metadata.labels, {
    team: 'x',
    'kubernetes.io/service-name': 'ext',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  });
  assert.deepEqual(v4?.metadata.annotations, { note: 'n' });
});

test('what is mirrored already stays; changes are updates; what is gone is deleted', () => {
  const before = endpoints([{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80, protocol: 'TCP' }] }]);
  const existing = made(planMirror(before, [], 1000).create);
  assert.deepEqual(actions(planMirror(before, existing, 1000)), [0, 0, 0]);
  const more = endpoints([{ addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.3' }], ports: [{ port: 80, protocol: 'TCP' }] }]);
  assert.deepEqual(actions(planMirror(more, existing, 1000)), [0, 1, 0]);
  const otherPort = endpoints([{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 81, protocol: 'TCP' }] }]);
  assert.deepEqual(actions(planMirror(otherPort, existing, 1000)), [0, 1, 0]);
  assert.deepEqual(actions(planMirror(endpoints([]), existing, 1000)), [0, 0, 1]);
});

test('what is no address, and what is too much, is left out and counted', () => {
  const source = endpoints([{ addresses: [{ ip: 'nonsense' }, { ip: '10.0.0.1' }, { ip: '10.0.0.2' }], ports: [{ port: 80 }] }]);
  const plan = planMirror(source, [], 1);
  assert.equal(plan.create[0]?.endpoints?.length, 1);
  assert.equal(plan.invalid + plan.skipped > 0, true);
});

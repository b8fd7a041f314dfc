import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod, readyPod, service } from '../shared/test-objects.ts';
import { isUpToDate, newEndpoints, subsetsOf } from './plan.ts';

const ref = (name: string) => ({ kind: 'Pod', namespace: 'shop', name, uid: `uid-${name}` });
const on = (nodeName: string) => ({ spec: { nodeName } });

test('pods are addresses, ready or not', () => {
  const pods = [
    readyPod('a', on('n1')),
    pod('b', { ...on('n2'), status: { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }] } }),
    pod('no-ip'),
  ];
  assert.deepEqual(subsetsOf(service(), pods), [
    {
      addresses: [{ ip: '10.0.0.1', nodeName: 'n1', targetRef: ref('a') }],
      notReadyAddresses: [{ ip: '10.0.0.2', nodeName: 'n2', targetRef: ref('b') }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ]);
});

test('publishNotReadyAddresses makes all of them ready', () => {
  const status = { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }] };
  const [subset] = subsetsOf(service({ publishNotReadyAddresses: true }), [pod('b', { ...on('n'), status })]);
  assert.equal(subset?.addresses?.length, 1);
});

test('a headless service without ports has addresses all the same; ended pods have none', () => {
  const headless = service({ clusterIP: 'None', ports: [] });
  assert.deepEqual(subsetsOf(headless, [readyPod('a', on('n'))]), [
    { addresses: [{ ip: '10.0.0.1', nodeName: 'n', targetRef: ref('a') }] },
  ]);
  assert.deepEqual(subsetsOf(headless, [readyPod('a', { status: { phase: 'Failed' } })]), []);
});

test('a named port is each pod’s own', () => {
  const withPort = (name: string, ip: string, containerPort: number) =>
    readyPod(name, {
      spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort }] }] },
      status: { podIP: ip, podIPs: [{ ip }] },
    });
  const subsets = subsetsOf(service({ ports: [{ port: 80, targetPort: 'web' }] }), [
    withPort('a', '10.0.0.1', 1),
    withPort('b', '10.0.0.2', 2),
  ]);
  assert.deepEqual(
    subsets.map((s) => s.ports?.[0]?.port),
    [1, 2],
  );
});

test('the family is the service’s first', () => {
  const status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] };
  const [subset] = subsetsOf(service({ ipFamilies: ['IPv6', 'IPv4'] }), [readyPod('a', { ...on('n'), status })]);
  assert.equal(subset?.addresses?.[0]?.ip, 'fd00::1');
});

test('the object takes over the service’s labels and says what changed it', () => {
  const svc = service({ clusterIP: 'None' }, { labels: { team: 'x' } });
  const { metadata } = newEndpoints(undefined, svc, [], Date.parse('2026-03-01T12:00:00Z'));
  assert.deepEqual(metadata.labels, {
    team: 'x',
    'service.kubernetes.io/headless': '',
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
  });
  assert.deepEqual(metadata.annotations, { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-03-01T12:00:00Z' });
});

// TestTruncateEndpoints.
test('a thousand addresses at most, ready ones first, and it says so', () => {
  const addresses = (count: number, from: number) => Array.from({ length: count }, (_, i) => ({ ip: `10.${from}.${i >> 8}.${i & 255}` }));
  const big = [{ addresses: addresses(900, 0), notReadyAddresses: addresses(600, 1), ports: [{ port: 1 }] }];
  const result = newEndpoints(undefined, service(), big, undefined);
  assert.deepEqual([result.subsets?.[0]?.addresses?.length, result.subsets?.[0]?.notReadyAddresses?.length], [900, 100]);
  assert.equal(result.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated');
  const ready = newEndpoints(undefined, service(), [{ addresses: addresses(1200, 0) }, { addresses: addresses(1200, 1) }], undefined);
  assert.deepEqual(ready.subsets?.map((s) => s.addresses?.length), [500, 500]); // prettier-ignore
});

test('what is right already is not written', () => {
  const subsets = subsetsOf(service(), [readyPod('a', on('n'))]);
  const current = newEndpoints(undefined, service(), subsets, undefined);
  assert.equal(isUpToDate(current, service(), subsets), true);
  assert.equal(isUpToDate(current, service({}, { labels: { new: 'x' } }), subsets), false);
  assert.equal(isUpToDate(current, service(), []), false);
});

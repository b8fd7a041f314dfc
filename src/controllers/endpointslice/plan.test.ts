import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { at, node, readyPod, service } from '../shared/test-objects.ts';
import { planSlices, type SlicePlan } from './plan.ts';

const ip = (i: number) => `10.0.${i >> 8}.${i & 255}`;

const web = (i: number, extra: Parameters<typeof readyPod>[1] = {}): Pod =>
  readyPod(`p${i}`, {
    ...extra,
    spec: { nodeName: 'n1', ...extra.spec },
    status: { podIP: ip(i), podIPs: [{ ip: ip(i) }], ...extra.status },
  });

const webs = (count: number, from = 0) => Array.from({ length: count }, (_, i) => web(from + i));
const nodes = (name: string) => node(name, { metadata: { labels: { 'topology.kubernetes.io/zone': `zone-${name}` } } });

function plan(svc: Service, pods: readonly Pod[], existing: readonly EndpointSlice[] = [], max = 100): SlicePlan {
  return planSlices({ service: svc, pods, existing, node: nodes, maxEndpointsPerSlice: max }).plan;
}

/** What the server would hold after the plan was carried out. */
function applied(existing: readonly EndpointSlice[], { create, update, delete: gone }: SlicePlan): EndpointSlice[] {
  const name = (s: EndpointSlice) => s.metadata.name;
  const kept = existing.filter((s) => !gone.some((g) => name(g) === name(s))).map((s) => update.find((u) => name(u) === name(s)) ?? s);
  const made = create.map((s, i) => ({
    ...s,
    metadata: { ...s.metadata, name: `svc-${existing.length + i}`, uid: `u${existing.length + i}` },
  }));
  return [...kept, ...made];
}

const sizes = (slices: readonly EndpointSlice[]) => slices.map((s) => s.endpoints?.length ?? 0).sort((a, b) => b - a);
const actions = (p: SlicePlan) => [p.create.length, p.update.length, p.delete.length];

test('a pod becomes an endpoint with its conditions, node and zone', () => {
  const { create } = plan(service(), [web(1)]);
  assert.equal(create.length, 1);
  assert.deepEqual(create[0]?.endpoints, [
    {
      addresses: ['10.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', namespace: 'shop', name: 'p1', uid: 'uid-p1' },
      nodeName: 'n1',
      zone: 'zone-n1',
    },
  ]);
  assert.deepEqual(create[0]?.metadata.labels, {
    'kubernetes.io/service-name': 'svc',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  assert.equal(create[0]?.metadata.ownerReferences?.[0]?.uid, 'uid-svc');
});

test('a pod that ends serves on, but is not ready any more', () => {
  const [slice] = plan(service(), [web(1, { metadata: { deletionTimestamp: at(0) } })]).create;
  assert.deepEqual(slice?.endpoints?.[0]?.conditions, { ready: false, serving: true, terminating: true });
  const published = plan(service({ publishNotReadyAddresses: true }), [web(1, { metadata: { deletionTimestamp: at(0) } })]).create;
  assert.equal(published[0]?.endpoints?.[0]?.conditions?.ready, true);
});

test('a service of both families has slices of both', () => {
  const both = web(1, { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
  const { create } = plan(service({ ipFamilies: ['IPv4', 'IPv6'] }), [both]);
  assert.deepEqual(
    create.map((s) => [s.addressType, s.endpoints?.[0]?.addresses]),
    [
      ['IPv4', ['10.0.0.1']],
      ['IPv6', ['fd00::1']],
    ],
  );
});

test('pods with different ports go to different slices', () => {
  const named = (i: number, containerPort: number) =>
    web(i, { spec: { containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort }] }] } });
  const { create } = plan(service({ ports: [{ name: 'x', port: 80, targetPort: 'web' }] }), [named(1, 81), named(2, 82), named(3, 81)]);
  assert.deepEqual(sizes(create), [2, 1]);
});

test('a service without pods has one empty slice', () => {
  const first = plan(service(), []);
  assert.deepEqual(sizes(first.create), [0]);
  assert.deepEqual(actions(plan(service(), [], applied([], first))), [0, 0, 0]);
});

test('a pod on a node that is not known waits', () => {
  const { plan: planned, problems } = planSlices({
    service: service(),
    pods: [web(1)],
    existing: [],
    node: () => undefined,
    maxEndpointsPerSlice: 100,
  });
  assert.deepEqual(sizes(planned.create), [0]);
  assert.deepEqual(problems, ['skipping Pod p1 for Service shop/svc: Node n1 Not Found']);
});

// TestReconcileMany... and TestReconcileEndpointSlices* of k8s.io/endpointslice.
describe('slices change as little as possible', () => {
  const start = (count: number) => applied([], plan(service(), webs(count)));
  test('250 endpoints fill three slices', () => assert.deepEqual(sizes(start(250)), [100, 100, 50]));
  test('nothing changed: nothing to do', () => assert.deepEqual(actions(plan(service(), webs(250), start(250))), [0, 0, 0]));
  test('new endpoints fill the fullest slice that has room', () => {
    const change = plan(service(), webs(260), start(250));
    assert.deepEqual([actions(change), sizes(applied(start(250), change))], [[0, 1, 0], [100, 100, 60]]); // prettier-ignore
  });
  test('endpoints that go leave their slices as they are', () => {
    const change = plan(service(), webs(240, 10), start(250));
    assert.deepEqual(sizes(applied(start(250), change)), [100, 90, 50]);
  });
  test('slices that change anyway take the new ones', () => {
    const change = plan(service(), [...webs(90), ...webs(100, 100), ...webs(5, 300)], start(200));
    assert.deepEqual([actions(change), sizes(applied(start(200), change))], [[0, 1, 0], [100, 95]]); // prettier-ignore
  });
  test('empty slices go', () => assert.deepEqual(actions(plan(service(), webs(100), start(200))), [0, 0, 1]));
  test('all gone: one slice is emptied and kept', () => {
    assert.deepEqual(sizes(applied(start(200), plan(service(), [], start(200)))), [0]);
  });
  test('a changed condition is one update', () => {
    const pods = webs(250);
    pods[120] = web(120, { metadata: { deletionTimestamp: at(0) } });
    assert.deepEqual(actions(plan(service(), pods, start(250))), [0, 1, 0]);
  });
  test('labels of the service are taken over', () => {
    const change = plan(service({}, { labels: { team: 'x' } }), webs(1), start(1));
    assert.equal(change.update[0]?.metadata.labels?.['team'], 'x');
  });
  test('another family replaces the slices', () => {
    const both = (i: number) => web(i, { status: { podIPs: [{ ip: ip(i) }, { ip: `fd00::${i}` }] } });
    const change = plan(service({ ipFamilies: ['IPv6'] }), [both(1)], start(1));
    assert.deepEqual([change.delete.length, change.create[0]?.addressType], [1, 'IPv6']);
  });
});

test('trafficDistribution keeps traffic in the zone, or on the node', () => {
  const hints = (trafficDistribution: string) => plan(service({ trafficDistribution }), [web(1)]).create[0]?.endpoints?.[0]?.hints;
  assert.deepEqual(hints('PreferClose'), { forZones: [{ name: 'zone-n1' }] });
  assert.deepEqual(hints('PreferSameZone'), { forZones: [{ name: 'zone-n1' }] });
  assert.deepEqual(hints('PreferSameNode'), { forZones: [{ name: 'zone-n1' }], forNodes: [{ name: 'n1' }] });
  assert.equal(hints(''), undefined);
});

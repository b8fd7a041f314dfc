import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/core/v1.gen.ts';
import { fitErrorMessage } from './framework/fit-error.ts';
import { feasibleEnough, Profile } from './framework/profile.ts';
import { podRequests } from './framework/resources.ts';
import { defaultPlugins } from './plugins/default-plugins.ts';
import { makeCache, makeNode, makePod } from './testing.ts';
import type { SchedulerCache } from './cache/scheduler-cache.ts';

const profile = () => new Profile(defaultPlugins({ namespaceLabels: (name) => ({ name }), defaultSelector: () => undefined }));

function feasible(cache: SchedulerCache, pod: Pod): string[] {
  return profile().findFeasible(new Map(), pod, cache).feasible.map((n) => n.name).sort((a, b) => a.localeCompare(b));
}

function why(cache: SchedulerCache, pod: Pod): string {
  return fitErrorMessage(cache.nodes().length, profile().findFeasible(new Map(), pod, cache), '');
}

test('what does not fit is told as upstream tells it', () => {
  const cache = makeCache([
    makeNode('a', { allocatable: { cpu: '1' } }),
    makeNode('b', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }),
    makeNode('c', { spec: { unschedulable: true } }),
    makeNode('d', { labels: { disk: 'hdd' } }),
  ]);
  const pod = makePod('p', { requests: { cpu: '2' }, spec: { nodeSelector: { disk: 'ssd' } } });
  assert.equal(why(cache, pod), "0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.");
  assert.equal(why(makeCache([makeNode('a', { allocatable: { cpu: '1' } })]), makePod('p', { requests: { cpu: '2' } })), '0/1 nodes are available: 1 Insufficient cpu.');
});

test('requests of sidecars and init containers count as upstream counts them', () => {
  const cpu = (value: string) => ({ name: 'x', image: 'i', resources: { requests: { cpu: value } } });
  const pod = makePod('p', { spec: { containers: [cpu('1')], initContainers: [{ ...cpu('500m'), restartPolicy: 'Always' }, cpu('2')] } });
  // The second init container runs beside the sidecar: 2.5; later containers and sidecar together: 1.5.
  assert.equal(podRequests(pod)['cpu'], 2500);
});

test('host ports are held by one pod of a node', () => {
  const port = (hostIP?: string): Partial<Pod['spec']> => ({ containers: [{ name: 'c', image: 'i', resources: {}, ports: [{ containerPort: 80, hostPort: 80, ...(hostIP && { hostIP }) }] }] });
  const cache = makeCache([makeNode('a'), makeNode('b')], [['a', makePod('x', { spec: port('10.0.0.1') })]]);
  assert.deepEqual(feasible(cache, makePod('p', { spec: port() })), ['b']);
  assert.deepEqual(feasible(cache, makePod('p', { spec: port('10.0.0.2') })), ['a', 'b']);
});

test('tolerations, operators and effects', () => {
  const cache = makeCache([makeNode('a', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] } })]);
  const tolerating = (toleration: object) => feasible(cache, makePod('p', { spec: { tolerations: [toleration] } })).length === 1;
  assert.ok(tolerating({ key: 'k', operator: 'Exists' }));
  assert.ok(tolerating({ operator: 'Exists' }));
  assert.ok(tolerating({ key: 'k', value: 'v', effect: 'NoExecute' }));
  assert.ok(!tolerating({ key: 'k', value: 'v', effect: 'NoSchedule' }));
  assert.ok(!tolerating({ key: 'k', value: 'w' }));
});

test('pod affinity: the first of a group may begin anywhere; anti-affinity keeps apart, both ways', () => {
  const zones = [makeNode('a', { labels: { zone: '1' } }), makeNode('b', { labels: { zone: '2' } })];
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } } };
  const together = makePod('p', { labels: { app: 'x' }, spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } });
  assert.deepEqual(feasible(makeCache(zones), together), ['a', 'b']);
  const placed = makeCache(zones, [['b', makePod('x', { labels: { app: 'x' } })]]);
  assert.deepEqual(feasible(placed, together), ['b']);
  const apart = makePod('q', { labels: { app: 'x' }, spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } });
  assert.deepEqual(feasible(placed, apart), ['a']);
  // The pod that is there wants nobody near.
  assert.deepEqual(feasible(makeCache(zones, [['a', apart]]), makePod('y', { labels: { app: 'x' } })), ['b']);
});

test('topology spread: skew, minDomains and missing labels', () => {
  const zones = [makeNode('a', { labels: { zone: '1' } }), makeNode('b', { labels: { zone: '2' } }), makeNode('c')];
  const spread = (more: object = {}) => makePod('p', { labels: { app: 'x' }, spec: { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'x' } }, ...more }] } });
  const cache = makeCache(zones, [['a', makePod('x', { labels: { app: 'x' } })]]);
  assert.deepEqual(feasible(cache, spread()), ['b']);
  assert.deepEqual(feasible(cache, spread({ maxSkew: 2 })), ['a', 'b']);
  assert.deepEqual(feasible(cache, spread({ maxSkew: 1, minDomains: 3 })), ['b']);
});

test('pods with gates wait', () => {
  assert.equal(profile().preEnqueue(makePod('p', { spec: { schedulingGates: [{ name: 'g' }] } }))?.code, 'pending');
  assert.equal(profile().preEnqueue(makePod('p')), undefined);
});

test('emptier and balanced nodes score higher', () => {
  const cache = makeCache([makeNode('full'), makeNode('empty')], [['full', makePod('x', { requests: { cpu: '3', memory: '1Gi' } })]]);
  const state = new Map();
  const pod = makePod('p', { requests: { cpu: '500m', memory: '512Mi' } });
  const p = profile();
  const found = p.findFeasible(state, pod, cache).feasible;
  const scores = p.score(state, pod, found, cache);
  const of = (name: string) => scores[found.findIndex((n) => n.name === name)] ?? 0;
  assert.ok(of('empty') > of('full'));
});

test('large clusters are searched in part', () => {
  assert.deepEqual([10, 99, 100, 1000, 5000, 20000].map(feasibleEnough), [10, 99, 100, 420, 500, 1000]);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Node } from '../../api/core/v1.gen.ts';
import { at, node, NOW } from '../shared/test-objects.ts';
import { conditionTaintChange, labelChange } from './condition-taints.ts';
import { judgeHealth, type NodeHealth } from './health.ts';
import { planDisruption, zoneKey, zoneState } from './zones.ts';

const ready = (heartbeat: number, status = 'True') => ({
  type: 'Ready',
  status,
  lastHeartbeatTime: at(heartbeat),
  lastTransitionTime: at(-900),
});
const judge = (of: Node, saved?: NodeHealth, leaseRenewTime?: string, now = NOW) =>
  judgeHealth({ node: of, saved, leaseRenewTime, now, startupGraceMs: 60_000, monitorGraceMs: 40_000 });

describe('a node is healthy', () => {
  const known = node('n', { status: { conditions: [ready(0)] } });
  test('as long as its heartbeats or its lease move, by our clock', () => {
    const first = judge(known);
    assert.equal(first.conditions, undefined);
    assert.equal(judge(known, first.health, undefined, NOW + 39_000).conditions, undefined);
    const renewed = judge(known, first.health, at(30), NOW + 39_000);
    assert.equal(judge(known, renewed.health, at(30), NOW + 70_000).conditions, undefined);
    assert.notEqual(judge(known, renewed.health, at(30), NOW + 80_000).conditions, undefined);
  });
  test('or else unknown in every respect', () => {
    const { conditions, current } = judge(known, judge(known).health, undefined, NOW + 41_000);
    assert.deepEqual(conditions?.map((c) => `${c.type} ${c.status} ${c.reason}`), [
      'Ready Unknown NodeStatusUnknown',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ]); // prettier-ignore
    assert.equal(current?.message, 'Kubelet stopped posting node status.');
  });
  test('and has longer at its start', () => {
    const silent = node('n');
    const first = judge(silent);
    assert.equal(judge(silent, first.health, undefined, NOW + 59_000).conditions, undefined);
    assert.equal(judge(silent, first.health, undefined, NOW + 61_000).current?.reason, 'NodeStatusNeverUpdated');
  });
});

describe('zones', () => {
  const rates = { normal: 0.1, secondary: 0.01, largeClusterSize: 50 };
  const of = (up: number, down: number) => [...Array<boolean>(up).fill(true), ...Array<boolean>(down).fill(false)];
  test('are as broken as their nodes', () => {
    assert.deepEqual([zoneState(of(3, 0), 0.55), zoneState(of(0, 3), 0.55), zoneState(of(2, 3), 0.55), zoneState(of(1, 2), 0.55)], [
      'Normal',
      'FullDisruption',
      'PartialDisruption',
      'Normal',
    ]); // prettier-ignore
  });
  test('evict at their own rate', () => {
    const zones = new Map([['a', of(5, 0)], ['b', of(0, 5)], ['c', of(2, 3)], ['d', of(20, 40)]]); // prettier-ignore
    const { rates: wanted, stopEvictions } = planDisruption(zones, new Map(), 0.55, rates);
    assert.deepEqual([Object.fromEntries(wanted), stopEvictions], [{ a: 0.1, b: 0.1, c: 0, d: 0.01 }, false]);
  });
  test('that are all down stop evictions: the fault is ours', () => {
    const zones = new Map([['a', of(0, 2)], ['b', of(0, 2)]]); // prettier-ignore
    const first = planDisruption(zones, new Map([['a', 'Normal'], ['b', 'FullDisruption']]), 0.55, rates); // prettier-ignore
    assert.deepEqual([first.stopEvictions, Object.fromEntries(first.rates)], [true, { a: 0, b: 0 }]);
    assert.equal(planDisruption(zones, first.states, 0.55, rates).stopEvictions, false);
    const back = planDisruption(new Map([['a', of(1, 1)], ['b', of(0, 2)]]), first.states, 0.55, rates); // prettier-ignore
    assert.deepEqual([back.resetHealth, Object.fromEntries(back.rates)], [true, { a: 0.1, b: 0.1 }]);
  });
  test('have names', () => {
    const labels = { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'z' };
    assert.deepEqual([zoneKey(node('n', { metadata: { labels } })), zoneKey(node('n'))], ['r:\0:z', '']);
  });
});

test('conditions make taints, and take them away', () => {
  const taint = (key: string) => ({ key: `node.kubernetes.io/${key}`, effect: 'NoSchedule' });
  const conditions = [ready(0, 'Unknown'), { type: 'DiskPressure', status: 'True' }];
  const of = node('n', {
    spec: { unschedulable: true, taints: [taint('not-ready'), taint('disk-pressure'), { key: 'mine', effect: 'NoSchedule' }] },
    status: { conditions },
  });
  assert.deepEqual(conditionTaintChange(of), { add: [taint('unreachable'), taint('unschedulable')], remove: [taint('not-ready')] });
});

test('old labels follow the new ones', () => {
  const labels = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64', 'beta.kubernetes.io/arch': 'amd64' };
  assert.deepEqual(labelChange(node('n', { metadata: { labels } })), {
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'arm64',
  });
});

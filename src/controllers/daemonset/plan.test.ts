import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { at, meta, node, NOW, pod, readyPod } from '../shared/test-objects.ts';
import { nodeEligibility } from './eligibility.ts';
import { planNodes, planRollingUpdate, type DaemonInput } from './plan.ts';
import { daemonPodTemplate, REVISION_HASH_LABEL, targetNode } from './pod-template.ts';
import { calculateStatus } from './status.ts';

const rolling = (maxUnavailable: number | string, maxSurge: number | string = 0) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } },
});

function daemons(spec: Draft<DaemonSet['spec']> = {}, podSpec: Draft<Pod['spec']> = {}): DaemonSet {
  const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }], ...podSpec } };
  const base = { selector: { matchLabels: { app: 'd' } }, template, ...rolling(1) };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta('d'), spec: { ...base, ...spec }, status: {} } as unknown as DaemonSet;
}

const nodes = (count: number): Node[] => Array.from({ length: count }, (_, i) => node(`n${i}`));
const labelled = (hash: string) => ({ metadata: { labels: { [REVISION_HASH_LABEL]: hash } } });
const up = (name: string, on: string, hash = 'new') => readyPod(name, { ...labelled(hash), spec: { nodeName: on } });
const down = (name: string, on: string, hash = 'new') => pod(name, { ...labelled(hash), spec: { nodeName: on } });
const ended = (name: string, on: string, phase: string) => pod(name, { ...labelled('new'), spec: { nodeName: on }, status: { phase } });

function input(ds: DaemonSet, all: Node[], pods: Pod[], backoff = 0): DaemonInput {
  const byNode = Map.groupBy(pods, (p) => targetNode(p) ?? '');
  return { ds, nodes: all, pods: byNode, hash: 'new', now: NOW, backoff: () => backoff };
}

const names = (pods: readonly Pod[]) => pods.map((p) => p.metadata.name);

describe('each node has one pod', () => {
  test('new nodes get one', () => {
    const { create, delete: gone } = planNodes(input(daemons(), nodes(3), [up('a', 'n0')]));
    assert.deepEqual([create, gone], [['n1', 'n2'], []]);
  });
  test('of two, the one that is bound and older stays', () => {
    const twin = readyPod('b', { metadata: { ...labelled('new').metadata, creationTimestamp: at(5) }, spec: { nodeName: 'n0' } });
    assert.deepEqual(names(planNodes(input(daemons(), nodes(1), [twin, up('a', 'n0')])).delete), ['b']);
  });
  test('a failed one is replaced, after its back-off', () => {
    const failed = ended('a', 'n0', 'Failed');
    assert.deepEqual(names(planNodes(input(daemons(), nodes(1), [failed])).delete), ['a']);
    const waiting = planNodes(input(daemons(), nodes(1), [failed], 7000));
    assert.deepEqual([names(waiting.delete), waiting.again], [[], 7000]);
  });
  test('one that succeeded is replaced too', () => {
    const plan = planNodes(input(daemons(), nodes(1), [ended('a', 'n0', 'Succeeded')]));
    assert.deepEqual([names(plan.delete), plan.succeeded.length], [['a'], 1]);
  });
  test('a pod that is pinned to a node that is gone goes', () => {
    const pinned = pod('a', { spec: daemonPodTemplate(daemons(), 'new', 'gone').spec });
    assert.deepEqual(names(planNodes(input(daemons(), nodes(1), [up('b', 'n0'), pinned])).delete), ['a']);
  });
});

// TestNodeShouldRunDaemonPod of pkg/controller/daemon.
describe('a node is eligible', () => {
  const runs = (ds: DaemonSet, on: Node) => Object.values(nodeEligibility(ds, on));
  const tainted = (effect: string, key = 'dedicated') => node('n', { spec: { taints: [{ key, effect }] } });
  test('unless a taint forbids it', () => {
    assert.deepEqual(runs(daemons(), node('n')), [true, true]);
    assert.deepEqual(runs(daemons(), tainted('NoSchedule')), [false, true]);
    assert.deepEqual(runs(daemons(), tainted('NoExecute')), [false, false]);
    assert.deepEqual(runs(daemons({}, { tolerations: [{ operator: 'Exists' }] }), tainted('NoExecute')), [true, true]);
  });
  test('even when it is not ready or under pressure', () => {
    for (const key of ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable']) {
      assert.deepEqual(runs(daemons(), tainted('NoSchedule', `node.kubernetes.io/${key}`)), [true, true], key);
    }
    assert.deepEqual(runs(daemons(), tainted('NoExecute', 'node.kubernetes.io/not-ready')), [true, true]);
  });
  test('without network only for daemons on the host’s', () => {
    const on = tainted('NoSchedule', 'node.kubernetes.io/network-unavailable');
    assert.deepEqual([runs(daemons(), on)[0], runs(daemons({}, { hostNetwork: true }), on)[0]], [false, true]);
  });
  test('if selector, affinity and name fit', () => {
    const labels = { kind: 'gpu' };
    assert.equal(runs(daemons({}, { nodeSelector: labels }), node('n', { metadata: { labels } }))[0], true);
    assert.equal(runs(daemons({}, { nodeSelector: labels }), node('n'))[0], false);
    assert.equal(runs(daemons({}, { nodeName: 'other' }), node('n'))[0], false);
    const terms = [{ matchExpressions: [{ key: 'kind', operator: 'In', values: ['gpu'] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
    assert.equal(runs(daemons({}, { affinity }), node('n'))[0], false);
  });
});

test('a pod is pinned to its node and keeps its other affinity', () => {
  const ds = daemons({}, { affinity: { podAntiAffinity: {} } });
  const { spec, metadata } = daemonPodTemplate(ds, 'h', 'n7');
  assert.equal(targetNode({ spec } as Pod), 'n7');
  assert.deepEqual(spec.affinity?.podAntiAffinity, {});
  assert.equal(metadata?.labels?.[REVISION_HASH_LABEL], 'h');
});

// TestDaemonSetUpdates* of pkg/controller/daemon/update_test.go.
describe('a rolling update', () => {
  const update = (ds: DaemonSet, pods: Pod[]) => {
    const plan = planRollingUpdate(input(ds, nodes(4), pods));
    return { create: [...plan.create], delete: names(plan.delete) };
  };
  const old = (i: number) => up(`old${i}`, `n${i}`, 'old');
  test('takes away as many pods as may be missing', () => {
    assert.deepEqual(update(daemons(rolling(2)), [old(0), old(1), old(2), old(3)]), { create: [], delete: ['old0', 'old1'] });
  });
  test('waits for new pods', () => {
    assert.deepEqual(update(daemons(rolling(1)), [down('new0', 'n0'), old(1), old(2), old(3)]).delete, []);
    assert.deepEqual(update(daemons(rolling(1)), [up('new0', 'n0'), old(1), old(2), old(3)]).delete, ['old1']);
  });
  test('replaces pods that do not work at once', () => {
    assert.deepEqual(update(daemons(rolling(1)), [down('old0', 'n0', 'old'), down('old1', 'n1', 'old'), old(2), old(3)]).delete, [
      'old0',
      'old1',
    ]);
  });
  test('with a surge adds new pods beside old ones first', () => {
    assert.deepEqual(update(daemons(rolling(0, 1)), [old(0), old(1), old(2), old(3)]), { create: ['n0'], delete: [] });
    assert.deepEqual(update(daemons(rolling(0, 1)), [old(0), down('new0', 'n0'), old(1), old(2), old(3)]), { create: [], delete: [] });
    const done = update(daemons(rolling(0, 1)), [old(0), up('new0', 'n0'), old(1), old(2), old(3)]);
    assert.deepEqual(done, { create: ['n1'], delete: ['old0'] });
  });
  test('with a surge, an old pod that does not work has its successor at once', () => {
    const pods = [down('old0', 'n0', 'old'), down('old1', 'n1', 'old'), old(2), old(3)];
    assert.deepEqual(update(daemons(rolling(0, 1)), pods).create, ['n0', 'n1', 'n2']);
  });
});

test('the status counts nodes', () => {
  const all = [...nodes(3), node('tainted', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } })];
  const { pods } = input(daemons(), all, [up('a', 'n0'), down('b', 'n1', 'old'), up('c', 'tainted')]);
  assert.deepEqual(calculateStatus(daemons(), all, pods, 'new', NOW), {
    desiredNumberScheduled: 3,
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    numberReady: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
});

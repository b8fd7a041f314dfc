import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { at, meta, NOW, pod, readyPod } from '../shared/test-objects.ts';
import { claimsOf, identityMatches, newPod, parentAndOrdinal, REVISION_LABEL, storageMatches } from './identity.ts';
import { condemnedAction, members, podsToUpdate, replicaAction, type Revisions } from './plan.ts';
import { completeRollingUpdate, countReplicas } from './status.ts';

function statefulSet(spec: Draft<StatefulSet['spec']> = {}, status: Draft<StatefulSet['status']> = {}): StatefulSet {
  const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const base = {
    replicas: 3,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template,
    updateStrategy: { type: 'RollingUpdate' },
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta('db'), spec: { ...base, ...spec }, status } as unknown as StatefulSet;
}

const labels = (revision: string) => ({ labels: { [REVISION_LABEL]: revision } });
const up = (ordinal: number, revision = 'new') => readyPod(`db-${ordinal}`, { metadata: labels(revision) });
const down = (ordinal: number, revision = 'new') => pod(`db-${ordinal}`, { metadata: labels(revision) });
const going = (ordinal: number) => readyPod(`db-${ordinal}`, { metadata: { ...labels('new'), deletionTimestamp: at(0) } });
const revisions = (set: StatefulSet): Revisions => ({ currentSet: set, updateSet: set, current: 'old', update: 'new' });
const names = (pods: readonly Pod[]) => pods.map((p) => p.metadata.name);

// TestGetParentNameAndOrdinal.
test('the ordinal is the number at the end of the name', () => {
  const of = (name: string) => Object.values(parentAndOrdinal(pod(name)));
  assert.deepEqual([of('db-12'), of('my-db-0'), of('db'), of('db-x'), of('db-99999999999')], [['db', 12], ['my-db', 0], ['', -1], ['', -1], ['db', -1]]); // prettier-ignore
});

test('a new pod has its identity and its claims', () => {
  const set = statefulSet({ volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] });
  const created = newPod(set, 'r1', 2);
  assert.equal(identityMatches(set, created) && storageMatches(set, created), true);
  assert.deepEqual([created.spec.hostname, created.spec.subdomain], ['db-2', 'db']);
  assert.deepEqual(created.metadata.labels, {
    app: 'db',
    'statefulset.kubernetes.io/pod-name': 'db-2',
    'apps.kubernetes.io/pod-index': '2',
    [REVISION_LABEL]: 'r1',
  });
  assert.deepEqual(names(claimsOf(set, 2) as never), ['data-db-2']);
});

describe('members', () => {
  const of = (set: StatefulSet, pods: Pod[]) => members(set, pods, revisions(set), NOW);
  test('missing ones are to be made, surplus ones are condemned from the top', () => {
    const { replicas, condemned } = of(statefulSet(), [up(0), up(2), up(3), up(4)]);
    assert.deepEqual([names(replicas), replicas[1]?.status, names(condemned)], [['db-0', 'db-1', 'db-2'], {}, ['db-4', 'db-3']]); // prettier-ignore
  });
  test('ordinals may begin elsewhere', () => {
    const { replicas, condemned } = of(statefulSet({ ordinals: { start: 5 } }), [up(4), up(5)]);
    assert.deepEqual([names(replicas), names(condemned)], [['db-5', 'db-6', 'db-7'], ['db-4']]);
  });
  test('below the partition a pod comes back as it was', () => {
    const set = statefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    assert.deepEqual(of(set, []).replicas.map((p) => p.metadata.labels?.[REVISION_LABEL]), ['old', 'old', 'new']); // prettier-ignore
  });
});

describe('ordered sets wait for each pod', () => {
  const action = (p: Pod, spec: Draft<StatefulSet['spec']> = {}) => replicaAction(statefulSet(spec), p, NOW);
  test('to be ready', () => {
    assert.deepEqual([action(up(0)), action(down(0)), action(going(0))], ['check', 'wait', 'wait']);
    assert.equal(action(newPod(statefulSet(), 'r', 0)), 'create');
    assert.equal(action(pod('db-0', { status: { phase: 'Failed' } })), 'delete');
  });
  test('for long enough', () => {
    assert.equal(action(readyPod('db-0', {}, -5), { minReadySeconds: 10 }), 'wait');
    assert.equal(action(readyPod('db-0', {}, -15), { minReadySeconds: 10 }), 'check');
  });
  test('parallel ones do not', () => assert.equal(action(down(0), { podManagementPolicy: 'Parallel' }), 'check'));
  test('condemned pods go one by one, the unhealthy one first', () => {
    const set = statefulSet();
    const bad = down(3);
    assert.deepEqual([condemnedAction(set, up(4), undefined, NOW), condemnedAction(set, going(4), undefined, NOW)], ['delete', 'wait']);
    assert.deepEqual([condemnedAction(set, bad, bad, NOW), condemnedAction(set, bad, up(0), NOW)], ['delete', 'wait']);
    assert.equal(condemnedAction(statefulSet({ podManagementPolicy: 'Parallel' }), bad, up(0), NOW), 'delete');
  });
});

describe('a rolling update', () => {
  const next = (pods: Pod[], rollingUpdate?: object, type = 'RollingUpdate') =>
    names(podsToUpdate(statefulSet({ updateStrategy: { type, ...(rollingUpdate && { rollingUpdate }) } }), pods, 'new', NOW));
  test('goes from the top down, one healthy pod at a time', () => {
    assert.deepEqual(next([up(0, 'old'), up(1, 'old'), up(2, 'old')]), ['db-2']);
    assert.deepEqual(next([up(0, 'old'), up(1, 'old'), down(2)]), []);
    assert.deepEqual(next([up(0, 'old'), up(1, 'old'), up(2)]), ['db-1']);
  });
  test('stops at the partition', () => assert.deepEqual(next([up(0, 'old'), up(1, 'old'), up(2)], { partition: 2 }), []));
  test('may take several', () => {
    const pods = [up(0, 'old'), up(1, 'old'), up(2, 'old')];
    assert.deepEqual(next(pods, { maxUnavailable: 2 }), ['db-2', 'db-1']);
    assert.deepEqual(next([down(0, 'old'), up(1, 'old'), up(2, 'old')], { maxUnavailable: '70%' }), ['db-2']);
  });
  test('is the user’s business OnDelete', () => assert.deepEqual(next([up(0, 'old')], undefined, 'OnDelete'), []));
});

test('the status counts, and a finished update becomes the current revision', () => {
  const set = statefulSet();
  const counts = countReplicas(set, [up(0), up(1, 'old'), down(2), going(3)], revisions(set), NOW);
  assert.deepEqual(counts, { replicas: 4, readyReplicas: 3, availableReplicas: 3, currentReplicas: 1, updatedReplicas: 2 });
  const done = { replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentRevision: 'old', updateRevision: 'new' };
  assert.equal(completeRollingUpdate(set, done).currentRevision, 'new');
  assert.equal(completeRollingUpdate(set, { ...done, readyReplicas: 2 }).currentRevision, 'old');
});

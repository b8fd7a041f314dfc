import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { AbsentOwners } from './absent-owners.ts';
import { blockingDependents, DependencyGraph, type ObjectState } from './graph.ts';
import type { Identity } from './identity.ts';

const identity = (name: string, namespace = 'shop', kind = 'Thing'): Identity => ({
  apiVersion: 'v1',
  kind,
  name,
  namespace,
  uid: `uid-${name}`,
});
const ref = (name: string, extra: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'Thing',
  name,
  uid: `uid-${name}`,
  ...extra,
});

interface Extra {
  namespace?: string;
  finalizers?: string[];
  deleted?: boolean;
}

const object = (name: string, owners: OwnerReference[] = [], { namespace, finalizers = [], deleted = false }: Extra = {}): ObjectState => ({
  identity: identity(name, namespace),
  owners,
  finalizers,
  beingDeleted: deleted,
});

/** A graph, and what it has put out since the last look. */
function world() {
  const log: string[] = [];
  const absent = new AbsentOwners();
  const graph = new DependencyGraph(
    {
      attemptToDelete: (node) => void log.push(`delete ${node.identity.name}`),
      attemptToOrphan: (node) => void log.push(`orphan ${node.identity.name}`),
      invalidNamespace: (node, uid) => void log.push(`invalid ${node.identity.name} -> ${uid}`),
    },
    absent,
  );
  return { graph, absent, take: () => log.splice(0) };
}

test('an owner that nobody has seen is looked up', () => {
  const { graph, take } = world();
  graph.observe(object('child', [ref('owner')]));
  assert.deepEqual(take(), ['delete owner']);
  assert.equal(graph.node('uid-owner')?.virtual, true);
  graph.observe(object('owner'));
  assert.deepEqual([take(), graph.node('uid-owner')?.virtual], [[], false]);
});

test('when an owner goes its dependents are looked at', () => {
  const { graph, absent, take } = world();
  graph.observe(object('owner'));
  graph.observe(object('child', [ref('owner')]));
  graph.remove(identity('owner'), false);
  assert.deepEqual(take(), ['delete child']);
  assert.equal(absent.has(identity('owner')), true);
});

test('an owner that the server does not have either is absent', () => {
  const { graph, absent, take } = world();
  graph.observe(object('child', [ref('owner')]));
  take();
  graph.remove(identity('owner'), true);
  assert.deepEqual([take(), absent.has(identity('owner')), graph.node('uid-owner')], [['delete child'], true, undefined]);
});

describe('deletion in the foreground', () => {
  const setup = () => {
    const w = world();
    w.graph.observe(object('owner'));
    w.graph.observe(object('blocking', [ref('owner', { blockOwnerDeletion: true })]));
    w.graph.observe(object('other', [ref('owner')]));
    w.take();
    w.graph.observe(object('owner', [], { deleted: true, finalizers: ['foregroundDeletion'] }), object('owner'));
    return w;
  };
  test('begins with the dependents', () => {
    const { graph, take } = setup();
    assert.deepEqual(take(), ['delete blocking', 'delete other', 'delete owner']);
    const owner = graph.node('uid-owner');
    assert.deepEqual(owner && blockingDependents(owner).map((d) => d.identity.name), ['blocking']);
  });
  test('goes on when a dependent has gone, or blocks no longer', () => {
    const { graph, take } = setup();
    take();
    graph.remove(identity('other'), false);
    assert.deepEqual(take(), ['delete owner']);
    graph.observe(object('blocking', [ref('owner')]), object('blocking', [ref('owner', { blockOwnerDeletion: true })]));
    assert.deepEqual(take(), ['delete owner']);
  });
});

test('the finalizer orphan releases the dependents', () => {
  const { graph, take } = world();
  graph.observe(object('owner'));
  graph.observe(object('owner', [], { deleted: true, finalizers: ['orphan'] }), object('owner'));
  assert.deepEqual(take(), ['orphan owner']);
});

describe('references into other namespaces', () => {
  test('are told and looked at', () => {
    const { graph, take } = world();
    graph.observe(object('owner', [], { namespace: 'a' }));
    graph.observe(object('child', [ref('owner')], { namespace: 'b' }));
    assert.deepEqual(take(), ['invalid child -> uid-owner', 'delete child']);
  });
  test('also when the owner is seen later', () => {
    const { graph, take } = world();
    graph.observe(object('child', [ref('owner')], { namespace: 'b' }));
    take();
    graph.observe(object('owner', [], { namespace: 'a' }));
    assert.deepEqual(take(), ['invalid child -> uid-owner', 'delete child']);
  });
  test('to cluster-scoped owners are right', () => {
    const { graph, take } = world();
    graph.observe(object('owner', [], { namespace: '' }));
    graph.observe(object('child', [ref('owner')]));
    assert.deepEqual(take(), []);
  });
});

test('a wrong name with a right uid never deletes what is there', () => {
  const { graph, take } = world();
  graph.observe(object('owner'));
  graph.observe(object('good', [ref('owner')]));
  graph.observe(object('bad', [ref('owner', { kind: 'Other' })]));
  take();
  graph.remove({ ...identity('owner'), kind: 'Other' }, true);
  assert.deepEqual(take(), ['delete bad']);
  assert.notEqual(graph.node('uid-owner'), undefined);
});

test('a dependent that changes its owners is with the new ones', () => {
  const { graph } = world();
  graph.observe(object('a'));
  graph.observe(object('b'));
  graph.observe(object('child', [ref('a')]));
  graph.observe(object('child', [ref('b')]), object('child', [ref('a')]));
  assert.deepEqual([graph.node('uid-a')?.dependents.size, graph.node('uid-b')?.dependents.size], [0, 1]);
});

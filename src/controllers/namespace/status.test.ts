import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW } from '../shared/test-objects.ts';
import { deletionConditions, type DeletionFindings } from './status.ts';

const findings = (extra: Partial<DeletionFindings> = {}): DeletionFindings => ({
  contentErrors: [],
  remaining: new Map(),
  finalizers: new Map(),
  ...extra,
});
const shown = (extra: Partial<DeletionFindings>) =>
  Object.fromEntries(
    (deletionConditions([], findings(extra), NOW) ?? [])
      .filter((c) => c.status === 'True')
      .map((c) => [c.type, `${c.reason}: ${c.message}`]),
  );

test('what holds a namespace is told', () => {
  assert.deepEqual(shown({}), {});
  const remaining = new Map([['pods.', 2], ['widgets.example.com', 1]]); // prettier-ignore
  const finalizers = new Map([['example.com/keep', 1]]);
  assert.deepEqual(shown({ discoveryError: 'no answer', contentErrors: ['b', 'a'], remaining, finalizers }), {
    NamespaceDeletionDiscoveryFailure: 'DiscoveryFailed: no answer',
    NamespaceDeletionContentFailure: 'ContentDeletionFailed: Failed to delete all resource types, 2 remaining: a, b',
    NamespaceContentRemaining:
      'SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances, widgets.example.com has 1 resource instances',
    NamespaceFinalizersRemaining:
      'SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
  });
});

test('the same findings change nothing; a solved problem turns its condition', () => {
  const first = deletionConditions([], findings({ discoveryError: 'x' }), NOW) ?? [];
  assert.equal(first.length, 5);
  assert.equal(deletionConditions(first, findings({ discoveryError: 'x' }), NOW + 1000), undefined);
  const [solved, ...others] = deletionConditions(first, findings(), NOW + 1000) ?? [];
  assert.deepEqual([solved?.status, solved?.reason, solved?.lastTransitionTime], ['False', 'ResourcesDiscovered', '2026-03-01T12:00:01Z']);
  assert.deepEqual(others, first.slice(1));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planItem, type ItemFacts, type OwnerState } from './plan.ts';

const facts = (states: OwnerState[], extra: Partial<ItemFacts> = {}): ItemFacts => ({
  references: states.map((state, i) => ({ ref: { apiVersion: 'v1', kind: 'K', name: `o${i}`, uid: `u${i}` }, state })),
  finalizers: [],
  hasDependents: false,
  dependentDeletingDependents: false,
  ...extra,
});

test('an object with an owner stays, without its dangling references', () => {
  assert.deepEqual(planItem(facts(['solid'])), { action: 'keep' });
  assert.deepEqual(planItem(facts(['solid', 'dangling', 'waitingForDependents'])), { action: 'release', ownerUids: ['u1', 'u2'] });
});

test('an object without owners goes, as its finalizers say', () => {
  assert.deepEqual(planItem(facts(['dangling'])), { action: 'delete', policy: 'Background', unblock: false });
  assert.deepEqual(planItem(facts(['dangling'], { finalizers: ['orphan'] })), { action: 'delete', policy: 'Orphan', unblock: false });
  assert.deepEqual(planItem(facts(['dangling'], { finalizers: ['foregroundDeletion'] })), {
    action: 'delete',
    policy: 'Foreground',
    unblock: false,
  });
});

test('an object whose owner waits is deleted in the foreground too, and circles are opened', () => {
  const waiting = facts(['waitingForDependents'], { hasDependents: true });
  assert.deepEqual(planItem(waiting), { action: 'delete', policy: 'Foreground', unblock: false });
  assert.deepEqual(planItem({ ...waiting, dependentDeletingDependents: true }), { action: 'delete', policy: 'Foreground', unblock: true });
  assert.deepEqual(planItem(facts(['waitingForDependents'])), { action: 'delete', policy: 'Background', unblock: false });
});

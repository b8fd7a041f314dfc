import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { controlledBy, meta, pod } from '../shared/test-objects.ts';
import { areOwnersCurrent, hasStaleOwner, isClaimOfFormerPod, ownersByPolicy } from './claim-owners.ts';

const set = (whenDeleted: string, whenScaled: string) =>
  ({
    metadata: meta('db'),
    spec: { replicas: 1, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } },
  }) as unknown as StatefulSet;
const claim = (ownerReferences: OwnerReference[] = []) =>
  ({ metadata: meta('data-db-0', { ownerReferences }) }) as unknown as PersistentVolumeClaim;
const kept = pod('db-0');
const condemned = pod('db-1');
const bySet = controlledBy('StatefulSet', 'db');
const byPod = (name: string) => controlledBy('Pod', name, 'v1');

// TestUpdateClaimOwnerRefForSetAndPod of pkg/controller/statefulset (KEP-1847).
test('the policy says who owns a claim', () => {
  const owners = (whenDeleted: string, whenScaled: string, of = kept) =>
    ownersByPolicy(claim(), set(whenDeleted, whenScaled), of).map((r) => r.kind);
  assert.deepEqual(owners('Retain', 'Retain'), []);
  assert.deepEqual(owners('Delete', 'Retain'), ['StatefulSet']);
  assert.deepEqual(owners('Retain', 'Delete'), []);
  assert.deepEqual(owners('Retain', 'Delete', condemned), ['Pod']);
  assert.deepEqual(owners('Delete', 'Delete', condemned), ['Pod']);
  assert.deepEqual(owners('Delete', 'Retain', condemned), ['StatefulSet']);
});

test('owners that are right stay, wrong ones are seen', () => {
  assert.equal(areOwnersCurrent(claim(bySet), set('Delete', 'Retain'), kept), true);
  assert.equal(areOwnersCurrent(claim(), set('Delete', 'Retain'), kept), false);
  assert.equal(areOwnersCurrent(claim(bySet), set('Retain', 'Retain'), kept), false);
  assert.equal(areOwnersCurrent(claim(byPod('db-1')), set('Delete', 'Delete'), condemned), true);
});

test('a claim that somebody else manages is left to them', () => {
  const foreign = controlledBy('Backup', 'x', 'example.com/v1');
  assert.deepEqual(ownersByPolicy(claim(foreign), set('Delete', 'Delete'), kept), foreign);
});

test('claims of an earlier pod or set of the same name are recognised', () => {
  const before = byPod('db-0').map((r) => ({ ...r, uid: 'former' }));
  assert.equal(hasStaleOwner(claim(before), kept, { apiVersion: 'v1', kind: 'Pod' }), true);
  assert.equal(isClaimOfFormerPod(claim(before), kept), true);
  assert.equal(isClaimOfFormerPod(claim(byPod('db-0')), kept), false);
});

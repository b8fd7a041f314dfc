import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { StorageClass } from '../../api/storage/v1.gen.ts';
import { claim, volume } from '../shared/test-objects.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, IN_TREE_FINALIZER, MIGRATED_TO, PROVISIONED_BY, SELECTED_NODE } from './annotations.ts';
import { claimInPhase, claimOf, unbound, volumeOf } from './binding.ts';
import { withVolumeMigration } from './csi-migration.ts';
import { planClaim, type ClaimView } from './plan-claim.ts';
import { isReleased, planVolume } from './plan-volume.ts';
import { deleterOf } from './volume-deleter.ts';

const mine = { namespace: 'shop', name: 'data', uid: 'uid-data' };
const foreign = { namespace: 'shop', name: 'other', uid: 'uid-other' };

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(object: T, ...keys: string[]): T {
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(keys.map((k) => [k, 'yes'])) } };
}

function plan(of: PersistentVolumeClaim, volumes: PersistentVolume[] = [], view: Partial<ClaimView> = {}): string {
  const p = planClaim(of, {
    volume: (name) => volumes.find((v) => v.metadata.name === name),
    volumes: () => volumes,
    storageClass: () => undefined,
    defaultClass: () => undefined,
    unscheduledPods: () => [],
    ...view,
  });
  if (p.do === 'bind') return `bind ${p.volume.metadata.name}`;
  return 'event' in p && p.event ? `${p.do} ${p.event.reason}` : p.do;
}

const waiting = { storageClass: () => ({ volumeBindingMode: 'WaitForFirstConsumer' }) as StorageClass };
const ofClass = { storageClassName: 'late' };

// TestSync, TestProvisionSync of pkg/controller/volume/persistentvolume.
describe('a claim', () => {
  test('is bound to what fits', () => assert.equal(plan(claim('1Gi'), [volume('v', '1Gi')]), 'bind v'));
  test('without a class and a volume waits', () => assert.equal(plan(claim('1Gi')), 'wait FailedBinding'));
  test('that names no class gets the default', () => {
    const free = claim('1Gi', { storageClassName: undefined });
    assert.equal(plan(free, [], { defaultClass: () => 'standard' }), 'assign-class');
    assert.equal(plan(claim('1Gi', { storageClassName: '' }), [], { defaultClass: () => 'standard' }), 'wait FailedBinding');
  });
  test('of a class is provisioned, late ones once a node is chosen', () => {
    assert.equal(plan(claim('1Gi', { storageClassName: 'x' })), 'provision');
    assert.equal(plan(claim('1Gi', ofClass), [volume('v', '1Gi', ofClass)], waiting), 'wait WaitForFirstConsumer');
    assert.equal(plan(claim('1Gi', ofClass), [], { ...waiting, unscheduledPods: () => ['p'] }), 'wait WaitForPodScheduled');
    assert.equal(plan(annotated(claim('1Gi', ofClass), SELECTED_NODE), [], waiting), 'provision');
  });
  test('that asks for a volume by name gets it, if it may', () => {
    const named = claim('1Gi', { volumeName: 'v' });
    assert.equal(plan(named), 'wait');
    assert.equal(plan(named, [volume('v', '1Gi')]), 'bind v');
    assert.equal(plan(named, [volume('v', '1Gi', { claimRef: mine })]), 'bind v');
    assert.equal(plan(named, [volume('v', '500Mi')]), 'wait VolumeMismatch');
    assert.equal(plan(named, [volume('v', '1Gi', { claimRef: foreign })]), 'wait FailedBinding');
    assert.equal(plan(annotated(named, BOUND_BY_CONTROLLER), [volume('v', '1Gi', { claimRef: foreign })]), 'fail FailedBinding');
  });
  test('that was bound is lost with its volume', () => {
    const bound = annotated(claim('1Gi', { volumeName: 'v' }), BIND_COMPLETED);
    assert.equal(plan(bound, [volume('v', '1Gi', { claimRef: mine })]), 'bind v');
    assert.equal(plan(bound), 'lose ClaimLost');
    assert.equal(plan(annotated(claim('1Gi'), BIND_COMPLETED)), 'lose ClaimLost');
    assert.equal(plan(bound, [volume('v', '1Gi', { claimRef: foreign })]), 'lose ClaimMisbound');
  });
});

describe('a volume', () => {
  const of = (claimRef: object | undefined, held?: PersistentVolumeClaim, extra: Partial<PersistentVolume['spec']> = {}) => {
    const p = planVolume(volume('v', '1Gi', { ...(claimRef && { claimRef }), ...extra }), held);
    return p.do === 'set-phase' ? p.phase : p.do;
  };
  test('is available until a claim has it', () => {
    assert.equal(of(undefined), 'Available');
    assert.equal(of({ namespace: 'shop', name: 'data' }), 'Available');
    assert.equal(of(mine, claim('1Gi', { volumeName: 'v' })), 'Bound');
  });
  test('waits for its claim to know of it', () => {
    assert.equal(of(mine, claim('1Gi')), 'sync-claim');
    assert.equal(of(mine, claim('1Gi', { volumeMode: 'Block' })), 'mismatch');
  });
  test('is released when the claim is gone, or unbound when it took another', () => {
    assert.equal(of(mine), 'release');
    assert.equal(of(mine, claim('1Gi', { volumeName: 'w' })), 'unbind');
    const made = annotated(volume('v', '1Gi', { claimRef: mine, persistentVolumeReclaimPolicy: 'Delete' }), PROVISIONED_BY);
    assert.equal(planVolume(made, claim('1Gi', { volumeName: 'w' })).do, 'release');
  });
  test('is reclaimed only when nobody has it', () => {
    assert.equal(isReleased(volume('v', '1Gi', { claimRef: mine }), undefined), true);
    assert.equal(isReleased(volume('v', '1Gi', { claimRef: mine }), claim('1Gi', { volumeName: 'v' })), false);
    assert.equal(isReleased(volume('v', '1Gi'), undefined), false);
  });
});

describe('a binding is written', () => {
  test('on both sides, with the marks of who chose', () => {
    const tied = volumeOf(volume('v', '1Gi'), claim('1Gi'));
    assert.equal(tied.spec.claimRef?.uid, 'uid-data');
    assert.equal(tied.metadata.annotations?.[BOUND_BY_CONTROLLER], 'yes');
    assert.deepEqual(claimOf(claim('1Gi'), tied).metadata.annotations, { [BOUND_BY_CONTROLLER]: 'yes', [BIND_COMPLETED]: 'yes' });
    const chosen = claimOf(claim('1Gi', { volumeName: 'v' }), tied);
    assert.deepEqual(chosen.metadata.annotations, { [BIND_COMPLETED]: 'yes' });
    assert.equal(claimOf(chosen, tied), chosen);
    assert.equal(volumeOf(tied, claim('1Gi')), tied);
  });
  test('and undone: the user’s reference only loses its uid', () => {
    assert.deepEqual(unbound(volume('v', '1Gi', { claimRef: mine })).spec.claimRef, { namespace: 'shop', name: 'data' });
    const byUs = unbound(annotated(volume('v', '1Gi', { claimRef: mine }), BOUND_BY_CONTROLLER));
    assert.deepEqual([byUs.spec.claimRef, byUs.metadata.annotations], [undefined, {}]);
  });
  test('the claim shows what it got', () => {
    const bound = claimInPhase(claim('1Gi'), 'Bound', volume('v', '5Gi'));
    assert.deepEqual(bound.status, { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' } });
    assert.equal(claimInPhase(bound, 'Bound', volume('v', '5Gi')), bound);
    assert.deepEqual(claimInPhase(bound, 'Lost', undefined).status, { phase: 'Lost' });
  });
});

test('who deletes a volume', () => {
  const by = (spec: object, provisioner?: string) => {
    const bare = volume('v', '1Gi', { hostPath: undefined, ...spec });
    const of = provisioner ? { ...bare, metadata: { ...bare.metadata, annotations: { [PROVISIONED_BY]: provisioner } } } : bare;
    const found = deleterOf(of);
    return found.by === 'none' ? found.message : found.by;
  };
  assert.equal(by({ csi: { driver: 'd', volumeHandle: 'h' } }), 'external');
  assert.equal(by({}, 'example.com/nfs'), 'external');
  assert.equal(by({}, 'kubernetes.io/gone'), 'no volume plugin matched name: kubernetes.io/gone');
  assert.equal(by({ nfs: {} }), 'error getting deleter volume plugin for volume "v": no deletable volume plugin matched');
  assert.equal(by({ hostPath: { path: '/tmp/x' } }), 'host-path');
  assert.match(by({ hostPath: { path: '/tmp/../etc' } }), /host_path deleter only supports/);
});

test('volumes of plugins that became drivers are marked', () => {
  const of = (provisioner: string, reclaim: string) => {
    const v = volume('v', '1Gi', { persistentVolumeReclaimPolicy: reclaim });
    return withVolumeMigration({ ...v, metadata: { ...v.metadata, annotations: { [PROVISIONED_BY]: provisioner } } }).metadata;
  };
  assert.equal(of('kubernetes.io/aws-ebs', 'Delete').annotations?.[MIGRATED_TO], 'ebs.csi.aws.com');
  assert.deepEqual(of('kubernetes.io/host-path', 'Delete').finalizers, [IN_TREE_FINALIZER]);
  assert.equal(of('kubernetes.io/host-path', 'Retain').finalizers, undefined);
  assert.equal(of('example.com/x', 'Delete').finalizers, undefined);
});

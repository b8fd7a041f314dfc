import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { claim, NOW, volume } from '../shared/test-objects.ts';
import { defaultClass } from './default-class.ts';
import { findVolume, isBoundTo, whyUnsuitable } from './find-volume.ts';
import type { StorageClass } from '../../api/storage/v1.gen.ts';

const name = (...args: Parameters<typeof findVolume>) => findVolume(...args)?.metadata.name;
const mine = { namespace: 'shop', name: 'data', uid: 'uid-data' };

// TestMatchVolume and TestFindingPreboundVolumes of pkg/controller/volume/persistentvolume/index_test.go.
describe('a claim gets', () => {
  test('the smallest volume that is large enough', () => {
    const volumes = [volume('big', '10Gi'), volume('small', '1Gi'), volume('right', '5Gi')];
    assert.equal(name(claim('2Gi'), volumes, false), 'right');
    assert.equal(name(claim('20Gi'), volumes, false), undefined);
  });
  test('one with as few access modes as possible', () => {
    const both = volume('both', '1Gi', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] });
    assert.equal(name(claim('1Gi'), [both, volume('once', '5Gi')], false), 'once');
    assert.equal(name(claim('1Gi', { accessModes: ['ReadOnlyMany'] }), [both, volume('once', '5Gi')], false), 'both');
  });
  test('one of its class, mode and labels', () => {
    const volumes = [
      volume('plain', '1Gi'),
      volume('gold', '1Gi', { storageClassName: 'gold' }),
      volume('block', '1Gi', { volumeMode: 'Block' }),
    ];
    assert.equal(name(claim('1Gi', { storageClassName: 'gold' }), volumes, false), 'gold');
    assert.equal(name(claim('1Gi', { volumeMode: 'Block' }), volumes, false), 'block');
    const labelled = { ...volume('fast', '5Gi') };
    labelled.metadata = { ...labelled.metadata, labels: { speed: 'fast' } };
    assert.equal(name(claim('1Gi', { selector: { matchLabels: { speed: 'fast' } } }), [...volumes, labelled], false), 'fast');
  });
  test('the one that was reserved for it, even if it is too big', () => {
    const volumes = [volume('small', '1Gi'), volume('reserved', '10Gi', { claimRef: { namespace: 'shop', name: 'data' } })];
    assert.equal(name(claim('1Gi'), volumes, false), 'reserved');
    assert.equal(name(claim('1Gi'), volumes, true), 'reserved');
  });
  test('none that is taken, going or not available', () => {
    const taken = volume('taken', '1Gi', { claimRef: { namespace: 'shop', name: 'other' } });
    const going = volume('going', '1Gi');
    going.metadata = { ...going.metadata, deletionTimestamp: new Date(NOW).toISOString() };
    const pending = { ...volume('pending', '1Gi'), status: { phase: 'Pending' } };
    assert.equal(name(claim('1Gi'), [taken, going, pending], false), undefined);
  });
  test('none at all while it waits for its first consumer', () => assert.equal(name(claim('1Gi'), [volume('a', '1Gi')], true), undefined));
});

test('a volume is bound to the claim that its reference means', () => {
  assert.equal(isBoundTo(volume('v', '1Gi', { claimRef: mine }), claim('1Gi')), true);
  assert.equal(isBoundTo(volume('v', '1Gi', { claimRef: { ...mine, uid: 'former' } }), claim('1Gi')), false);
  assert.equal(isBoundTo(volume('v', '1Gi'), claim('1Gi')), false);
});

test('a volume that the claim asks for by name must fit too', () => {
  const why = (spec: Parameters<typeof claim>[1], ...args: Parameters<typeof volume>) => whyUnsuitable(volume(...args), claim('2Gi', spec));
  assert.equal(why({}, 'v', '2Gi'), undefined);
  assert.equal(why({}, 'v', '1Gi'), 'requested PV is too small');
  assert.equal(why({ storageClassName: 'gold' }, 'v', '2Gi'), 'storageClassName does not match');
  assert.equal(why({ volumeMode: 'Block' }, 'v', '2Gi'), 'incompatible volumeMode');
  assert.equal(why({ accessModes: ['ReadWriteMany'] }, 'v', '2Gi'), 'incompatible accessMode');
  assert.equal(why({ volumeAttributesClassName: 'x' }, 'v', '2Gi'), 'volumeAttributesClassName does not match');
});

test('of several default classes the newest counts, then the first by name', () => {
  const make = (of: string, created: string, isDefault = 'true') =>
    ({
      metadata: { name: of, creationTimestamp: created, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
    }) as unknown as StorageClass;
  const classes = [
    make('old', '2026-01-01T00:00:00Z'),
    make('b', '2026-02-01T00:00:00Z'),
    make('a', '2026-02-01T00:00:00Z'),
    make('no', '2026-03-01T00:00:00Z', 'false'),
  ];
  assert.equal(defaultClass(classes)?.metadata.name, 'a');
  assert.equal(defaultClass([]), undefined);
});

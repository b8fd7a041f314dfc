/** Which volume a claim gets (pkg/controller/volume/persistentvolume/index.go, k8s.io/component-helpers/storage/volume FindMatchingVolume). Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { labelMatcher } from '../shared/label-selector.ts';
import { storageClassName } from '../shared/storage-class-name.ts';

const MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];

/**
 * The volume that is pre-bound to the claim, or the smallest free one that fits: among volumes with the fewest access modes first.
 * `delayBinding`: only a pre-bound one, because the scheduler decides about the others.
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  delayBinding: boolean,
): PersistentVolume | undefined {
  const groups = new Map<string, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!hasAccessModes(claim, volume)) continue;
    const key = MODES.filter((mode) => volume.spec.accessModes?.includes(mode)).join(',');
    const group = groups.get(key);
    if (group) group.push(volume);
    else groups.set(key, [volume]);
  }
  const byModes = [...groups.entries()].sort(([a], [b]) => a.split(',').length - b.split(',').length);
  for (const [, group] of byModes) {
    const found = findAmong(claim, group, delayBinding);
    if (found) return found;
  }
  return undefined;
}

function findAmong(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  delayBinding: boolean,
): PersistentVolume | undefined {
  const usable = volumes.filter((v) => (!v.spec.claimRef || isBoundTo(v, claim)) && isUsable(v, claim));
  const preBound = usable.find((v) => isBoundTo(v, claim));
  if (preBound || delayBinding) return preBound;
  const selector = claim.spec.selector;
  const matches = selector ? labelMatcher(selector) : () => true;
  const wantedClass = storageClassName(claim);
  let best: PersistentVolume | undefined;
  for (const volume of usable) {
    if (volume.status?.phase !== 'Available' || !matches(volume.metadata.labels) || storageClassName(volume) !== wantedClass) continue;
    if (!best || capacity(volume).compare(capacity(best)) < 0) best = volume;
  }
  return best;
}

function isUsable(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.metadata.deletionTimestamp || capacity(volume).compare(requested(claim)) < 0) return false;
  return sameVolumeMode(claim, volume) && sameAttributesClass(claim, volume);
}

/** Whether the volume's claimRef means this claim. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec.claimRef;
  if (!ref || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false;
  return !ref.uid || ref.uid === claim.metadata.uid;
}

/** Why a volume that the claim names cannot serve it; undefined when it can. */
export function whyUnsuitable(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (capacity(volume).value() < requested(claim).value()) return 'requested PV is too small';
  if (storageClassName(volume) !== storageClassName(claim)) return 'storageClassName does not match';
  if (!sameAttributesClass(claim, volume)) return 'volumeAttributesClassName does not match';
  if (!sameVolumeMode(claim, volume)) return 'incompatible volumeMode';
  return hasAccessModes(claim, volume) ? undefined : 'incompatible accessMode';
}

export function sameVolumeMode(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.volumeMode ?? 'Filesystem') === (volume.spec.volumeMode ?? 'Filesystem');
}

function sameAttributesClass(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.volumeAttributesClassName ?? '') === (volume.spec.volumeAttributesClassName ?? '');
}

function hasAccessModes(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
}

function capacity(volume: PersistentVolume): Quantity {
  return Quantity.parse(volume.spec.capacity?.['storage'] ?? '0');
}

function requested(claim: PersistentVolumeClaim): Quantity {
  return Quantity.parse(claim.spec.resources?.requests?.['storage'] ?? '0');
}

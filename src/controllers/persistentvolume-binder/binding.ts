/** The two sides of a binding as they must be written; each answers the same object when nothing is to be written. Pure. */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, PRE_RESIZE_CAPACITY } from './annotations.ts';
import { isBoundTo } from './find-volume.ts';

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(object: T, key: string): T {
  if (object.metadata.annotations?.[key] !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [key]: 'yes' } } };
}

/** The volume with a complete claimRef. */
export function volumeOf(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const chosenByUser = isBoundTo(volume, claim);
  const complete = chosenByUser && volume.spec.claimRef?.uid === claim.metadata.uid;
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
  const bound = complete ? volume : { ...volume, spec: { ...volume.spec, claimRef } };
  return chosenByUser ? bound : annotated(bound, BOUND_BY_CONTROLLER);
}

/** The claim with the volume's name and the marks of a finished binding. */
export function claimOf(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const { name } = volume.metadata;
  const named =
    claim.spec.volumeName === name ? claim : annotated({ ...claim, spec: { ...claim.spec, volumeName: name } }, BOUND_BY_CONTROLLER);
  return annotated(named, BIND_COMPLETED);
}

/** The volume without its claim; a claimRef that the user wrote only loses its uid. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {};
  if (byController !== undefined) return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
  const { uid: _, ...ref } = claimRef ?? {};
  return { ...volume, spec: { ...spec, claimRef: ref } };
}

/** The claim in a phase, showing what it has from the volume. */
export function claimInPhase(claim: PersistentVolumeClaim, phase: string, volume: PersistentVolume | undefined): PersistentVolumeClaim {
  const status = volume ? statusOf(claim, phase, volume) : { ...claim.status, phase };
  if (!volume) for (const field of ['accessModes', 'capacity', 'currentVolumeAttributesClassName'] as const) delete status[field];
  return semanticEqual(status, claim.status ?? {}) ? claim : { ...claim, status };
}

function statusOf(claim: PersistentVolumeClaim, phase: string, volume: PersistentVolume): PersistentVolumeClaimStatus {
  const old = claim.status ?? {};
  const status: PersistentVolumeClaimStatus = { ...old, phase };
  const { accessModes, capacity, volumeAttributesClassName } = volume.spec;
  if (accessModes) status.accessModes = accessModes;
  else delete status.accessModes;
  if (old.phase !== phase) {
    const size = capacity?.['storage'];
    if (size === undefined) throw new Error(`PersistentVolume "${volume.metadata.name}" is without a storage capacity`);
    const before = volume.metadata.annotations?.[PRE_RESIZE_CAPACITY];
    const shown = old.capacity?.['storage'];
    if (before !== undefined) status.capacity = { ...old.capacity, storage: before };
    else if (shown === undefined || !Quantity.parse(shown).equals(Quantity.parse(size))) status.capacity = capacity ?? {};
  }
  if (old.phase === 'Pending' && phase === 'Bound') {
    if (volumeAttributesClassName === undefined) delete status.currentVolumeAttributesClassName;
    else status.currentVolumeAttributesClassName = volumeAttributesClassName;
  }
  return status;
}

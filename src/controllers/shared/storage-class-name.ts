/** The class of a claim or volume; the old annotation wins over the field (k8s.io/component-helpers/storage/volume). */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';

const BETA = 'volume.beta.kubernetes.io/storage-class';

/** '' when it has none. */
export function storageClassName(object: PersistentVolume | PersistentVolumeClaim): string {
  return object.metadata.annotations?.[BETA] ?? object.spec.storageClassName ?? '';
}

/** Whether the claim names a class, be it the empty one. */
export function namesStorageClass(claim: PersistentVolumeClaim): boolean {
  return claim.metadata.annotations?.[BETA] !== undefined || claim.spec.storageClassName !== undefined;
}

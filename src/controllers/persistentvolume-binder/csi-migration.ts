/** Marks of claims and volumes whose in-tree plugin became a CSI driver (pkg/controller/volume/persistentvolume/pv_controller_base.go). Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { migratedDriver } from '../shared/migrated-plugins.ts';
import {
  BETA_STORAGE_PROVISIONER,
  EXTERNAL_FINALIZER,
  IN_TREE_FINALIZER,
  MIGRATED_TO,
  PROVISIONED_BY,
  STORAGE_PROVISIONER,
} from './annotations.ts';

/** The claim with the annotation pv.kubernetes.io/migrated-to as it must be; the same object when it is already. */
export function withClaimMigration(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const annotations = claim.metadata.annotations ?? {};
  return annotate(claim, annotations[STORAGE_PROVISIONER] ?? annotations[BETA_STORAGE_PROVISIONER]);
}

/** Likewise for a volume, and with the finalizers that fit who deletes it. */
export function withVolumeMigration(volume: PersistentVolume): PersistentVolume {
  const annotated = annotate(volume, volume.metadata.annotations?.[PROVISIONED_BY]);
  const finalizers = deletionFinalizers(volume);
  return finalizers ? { ...annotated, metadata: { ...annotated.metadata, finalizers } } : annotated;
}

function annotate<T extends PersistentVolume | PersistentVolumeClaim>(object: T, provisioner: string | undefined): T {
  if (provisioner === undefined) return object;
  const driver = migratedDriver(provisioner);
  const { [MIGRATED_TO]: current, ...others } = object.metadata.annotations ?? {};
  if ((driver ?? '') === (current ?? '')) return object;
  const annotations = driver ? { ...others, [MIGRATED_TO]: driver } : others;
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Undefined: they are right. */
function deletionFinalizers(volume: PersistentVolume): string[] | undefined {
  const provisioner = volume.metadata.annotations?.[PROVISIONED_BY];
  if (provisioner === undefined) return undefined;
  const current = volume.metadata.finalizers ?? [];
  let wanted = current;
  if (migratedDriver(provisioner)) {
    wanted = current.filter((f) => f !== IN_TREE_FINALIZER);
  } else if (provisioner.startsWith('kubernetes.io/')) {
    const others = current.filter((f) => f !== EXTERNAL_FINALIZER);
    const deletes = volume.spec.persistentVolumeReclaimPolicy === 'Delete';
    if (!deletes) wanted = others.filter((f) => f !== IN_TREE_FINALIZER);
    else wanted = others.includes(IN_TREE_FINALIZER) ? others : [...others, IN_TREE_FINALIZER];
  }
  return wanted.length === current.length && wanted.every((f, i) => f === current[i]) ? undefined : wanted;
}

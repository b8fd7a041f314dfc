import type { PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { newestDefault } from './default-class.ts';
import { onOperations } from './operations.ts';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** A claim that names no class gets the default one; one that names '' keeps that. */
export function defaultStorageClass(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: onOperations('CREATE'),
    async admit(a) {
      if (!isFor(a, '', 'persistentvolumeclaims')) return;
      const claim = a.object as unknown as PersistentVolumeClaim;
      if (!claim.spec || claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined) return;
      const found = newestDefault(registry.reader('storage.k8s.io', 'storageclasses').list(), DEFAULT);
      if (found) claim.spec.storageClassName = found.metadata.name;
    },
  };
}

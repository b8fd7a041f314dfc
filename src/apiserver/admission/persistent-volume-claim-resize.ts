import type { PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { StorageClass } from '../../api/storage/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';

/** Claims grow only when they are bound and their class allows it (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims). */
export function persistentVolumeClaimResize(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: onOperations('UPDATE'),
    async validate(a) {
      if (!isFor(a, '', 'persistentvolumeclaims')) return;
      const [claim, old] = [a.object as unknown as PersistentVolumeClaim, a.oldObject as unknown as PersistentVolumeClaim];
      if (sizeOf(claim).compare(sizeOf(old)) <= 0) return;
      if (old.status?.phase !== 'Bound') throw denied(a, 'Only bound persistent volume claims can be expanded');
      const name = classOf(claim);
      const storageClass =
        name !== '' && name === classOf(old)
          ? (registry.reader('storage.k8s.io', 'storageclasses').get('', name) as StorageClass | undefined)
          : undefined;
      if (!storageClass?.allowVolumeExpansion) {
        throw denied(a, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
      }
    },
  };
}

function sizeOf({ spec }: PersistentVolumeClaim): Quantity {
  const size = spec?.resources?.requests?.['storage'];
  return size === undefined ? Quantity.ZERO : Quantity.parse(size);
}

function classOf({ spec, metadata }: PersistentVolumeClaim): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}

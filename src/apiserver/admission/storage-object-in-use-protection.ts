import type { AdmissionPlugin } from './admission.ts';
import { onOperations } from './operations.ts';

const FINALIZERS: Readonly<Record<string, string>> = {
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};

/** Claims, volumes and attribute classes that are in use outlive their deletion: a finalizer that a controller takes off. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: onOperations('CREATE'),
  async admit({ resource, subresource, object }) {
    const finalizer = FINALIZERS[`${resource.group}/${resource.resource}`];
    if (!finalizer || subresource !== '' || !object || object.metadata.finalizers?.includes(finalizer)) return;
    object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  },
};

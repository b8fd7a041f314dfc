/** Defaults of storage kinds (pkg/apis/storage/v1/defaults.go). */
import type { CSIDriver, StorageClass } from '../../../api/storage/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

export const storageDefaults: DefaultRules = {
  'storage/v1.StorageClass': rule<StorageClass>((storageClass) => {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  }),
  'storage/v1.CSIDriver': rule<CSIDriver>(({ spec }) => {
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if ((spec.volumeLifecycleModes?.length ?? 0) === 0) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  }),
};

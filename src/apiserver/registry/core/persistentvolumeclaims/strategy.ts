import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';
import { claimWarnings, validateClaim, validateClaimStatus, validateClaimUpdate } from './validation.ts';

const asClaim = (object: AnyObject) => object as unknown as PersistentVolumeClaim;

export const persistentVolumeClaimStrategy: Strategy = {
  prepareForCreate(object) {
    asClaim(object).status = { phase: 'Pending' };
    settleDataSource(asClaim(object).spec, undefined);
  },
  prepareForUpdate(object, old) {
    settleDataSource(asClaim(object).spec, asClaim(old).spec);
  },
  validate: (object) => validateClaim(asClaim(object)),
  validateUpdate: (object, old) => validateClaimUpdate(asClaim(object), asClaim(old)),
  warnings: (object) => claimWarnings(asClaim(object)),
  status: { validateUpdate: (object) => validateClaimStatus(asClaim(object)) },
};

/** dataSource and dataSourceRef say the same; what older servers ignored in the first is still ignored (KEP-1495). */
function settleDataSource(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaimSpec | undefined): void {
  // Sources in other namespaces are behind a feature gate that is off.
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  const inUse = old?.dataSource || old?.dataSourceRef;
  if (!inUse && !spec.dataSourceRef && spec.dataSource && !isClaimOrSnapshot(spec.dataSource)) delete spec.dataSource;
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _namespace, ...source } = spec.dataSourceRef;
    spec.dataSource = source;
  }
}

function isClaimOrSnapshot({ kind, apiGroup }: { readonly kind: string; readonly apiGroup?: string | undefined | null }): boolean {
  return (
    (kind === 'PersistentVolumeClaim' && (apiGroup ?? '') === '') || (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io')
  );
}

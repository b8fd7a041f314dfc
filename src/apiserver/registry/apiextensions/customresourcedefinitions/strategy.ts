import type { CustomResourceDefinition } from '../../../../api/apiextensions/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { formatTime } from '../../../../base/clock.ts';
import type { Strategy } from '../../strategy.ts';
import { setCondition } from './conditions.ts';
import { validateDefinition, validateDefinitionUpdate } from './validation.ts';

export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
const asCrd = (object: AnyObject) => object as unknown as CustomResourceDefinition;

/** k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition. */
export const customResourceDefinitionStrategy: Strategy = {
  default(object) {
    const { spec } = asCrd(object);
    spec.names.singular ||= spec.names.kind?.toLowerCase();
    spec.names.listKind ||= spec.names.kind ? `${spec.names.kind}List` : undefined;
    spec.conversion ??= { strategy: 'None' };
  },
  prepareForCreate(object) {
    const crd = asCrd(object);
    crd.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: crd.spec.versions.filter((v) => v.storage).map((v) => v.name) };
  },
  prepareForUpdate(object) {
    const crd = asCrd(object);
    const stored = crd.status?.storedVersions ?? [];
    const added = crd.spec.versions.filter((v) => v.storage && !stored.includes(v.name)).map((v) => v.name);
    if (crd.status && added.length > 0) crd.status = { ...crd.status, storedVersions: [...stored, ...added] };
  },
  validate: (object) => validateDefinition(asCrd(object)),
  validateUpdate: (object, old) => validateDefinitionUpdate(asCrd(object), asCrd(old)),
  // The objects of a definition go before the definition does.
  holds: {
    until: (object) => object.metadata.deletionTimestamp === undefined,
    deleting(object) {
      const crd = structuredClone(asCrd(object));
      crd.metadata.finalizers = [...(crd.metadata.finalizers ?? []).filter((f) => f !== CLEANUP_FINALIZER), CLEANUP_FINALIZER];
      setCondition(crd, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon' }, crd.metadata.deletionTimestamp ?? formatTime(0));
      return crd as unknown as AnyObject;
    },
  },
};

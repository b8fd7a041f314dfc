import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid } from '../../../../machinery/field.ts';
import type { Strategy } from '../../strategy.ts';
import { nameIsLabel } from '../../validate-meta.ts';

interface NamespaceShape {
  spec?: { finalizers?: string[] };
  status?: { phase?: string };
}

const FINALIZER = 'kubernetes';
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Namespaces live on, Terminating, until their content and finalizers are gone (pkg/registry/core/namespace). */
export const namespaceStrategy: Strategy = {
  validateName: nameIsLabel,
  default(object) {
    // The label lets selectors pick a namespace by its name.
    if (object.metadata.name) object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: object.metadata.name };
  },
  prepareForCreate(object) {
    const namespace = object as AnyObject & NamespaceShape;
    namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name };
    const finalizers = namespace.spec?.finalizers ?? [];
    namespace.spec = { ...namespace.spec, finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER] };
    namespace.status = { phase: 'Active' };
  },
  prepareForUpdate(object, old) {
    const [next, was] = [object as AnyObject & NamespaceShape, old as AnyObject & NamespaceShape];
    next.spec = { ...next.spec, finalizers: was.spec?.finalizers ?? [] };
  },
  validateUpdate: (object) => {
    const name = object.metadata.labels?.[NAME_LABEL];
    return name !== undefined && name !== object.metadata.name
      ? [invalid(fieldPath('metadata', 'labels').key(NAME_LABEL), name, `must match namespace name ${object.metadata.name}`)]
      : [];
  },
  holds: {
    until: (object) => ((object as AnyObject & NamespaceShape).spec?.finalizers?.length ?? 0) > 0,
    deleting: (object) => ({ ...object, status: { ...(object as AnyObject & NamespaceShape).status, phase: 'Terminating' } }),
  },
  subresources: {
    finalize: {
      prepareForUpdate(object, old) {
        const [next, was] = [object as AnyObject & NamespaceShape, old as AnyObject & NamespaceShape];
        next.status = was.status ?? {};
      },
    },
  },
  selectableFieldNames: ['status.phase'],
  selectableFields: (object) => ({ 'status.phase': (object as AnyObject & NamespaceShape).status?.phase ?? '' }),
};

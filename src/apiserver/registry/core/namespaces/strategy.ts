import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid, type FieldError } from '../../../../machinery/field.ts';
import { isQualifiedName } from '../../../../machinery/names.ts';
import type { Strategy } from '../../strategy.ts';
import { checkKubeFinalizer, nameIsLabel } from '../../validate-meta.ts';

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
  validate: (object) => checkFinalizers(object, false),
  status: {
    validateUpdate(object) {
      const { phase = '' } = (object as AnyObject & NamespaceShape).status ?? {};
      const path = fieldPath('status', 'Phase');
      if (object.metadata.deletionTimestamp === undefined) {
        return phase === 'Active' ? [] : [invalid(path, phase, "may only be 'Active' if `deletionTimestamp` is empty")];
      }
      return phase === 'Terminating' ? [] : [invalid(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
    },
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
      validateUpdate: (object) => checkFinalizers(object, true),
    },
  },
  selectableFieldNames: ['status.phase'],
  selectableFields: (object) => ({ 'status.phase': (object as AnyObject & NamespaceShape).status?.phase ?? '' }),
};

/** `indexed`: the messages tell which one. */
function checkFinalizers(object: AnyObject, indexed: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath('spec', 'finalizers');
  (object as AnyObject & NamespaceShape).spec?.finalizers?.forEach((finalizer, i) => {
    const here = indexed ? path.index(i) : path;
    for (const message of isQualifiedName(finalizer)) errors.push(invalid(here, finalizer, message));
    checkKubeFinalizer(finalizer, here, errors);
  });
  return errors;
}

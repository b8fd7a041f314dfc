/** Builds admission's attributes for a write and splits the two halves: change first, check at the end. */
import type { AnyObject } from '../../api/object.ts';
import type { AdmissionAttributes, AdmissionOperation } from '../admission/admission.ts';
import type { RequestContext } from '../request.ts';
import type { AdmissionCheck } from '../registry/store.ts';
import type { ServedResource } from '../served-resource.ts';

/** Every configured plugin, in order. */
export interface Admission {
  admit(attributes: AdmissionAttributes): Promise<void>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

export interface AdmissionScope {
  readonly admission: Admission;
  readonly context: RequestContext;
  readonly served: ServedResource;
  readonly options: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  /** Kind of the body where it differs from the resource's (Binding, Eviction, Scale). */
  readonly kind?: AdmissionAttributes['kind'];
}

export function attributes(scope: AdmissionScope, operation: AdmissionOperation, object: AnyObject | undefined, old: AnyObject | undefined): AdmissionAttributes {
  const { context, served } = scope;
  const { group, version, resource, kind } = served.definition;
  const name = context.info.name !== '' ? context.info.name : (object?.metadata?.name ?? '');
  return {
    operation,
    kind: scope.kind ?? { group, version, kind },
    resource: { group, version, resource },
    subresource: context.info.subresource,
    // A request for a namespace carries its name as namespace, also when the path does not say it yet.
    namespace: context.info.namespace === '' && group === '' && resource === 'namespaces' ? name : context.info.namespace,
    name,
    object,
    oldObject: old,
    options: scope.options,
    dryRun: scope.dryRun,
    user: context.user,
    warnings: context.warnings,
    auditAnnotations: context.auditAnnotations,
  };
}

/** Runs the mutating plugins; gives the object back (a plugin may have replaced it). */
export async function mutate(scope: AdmissionScope, operation: AdmissionOperation, object: AnyObject, old: AnyObject | undefined): Promise<AnyObject> {
  const attrs = attributes(scope, operation, object, old);
  await scope.admission.admit(attrs);
  return attrs.object ?? object;
}

/** The validating half, as the store calls it. */
export function checkWith(scope: AdmissionScope, operation: AdmissionOperation): AdmissionCheck {
  return (object, old) => scope.admission.validate(attributes(scope, operation, object, old));
}

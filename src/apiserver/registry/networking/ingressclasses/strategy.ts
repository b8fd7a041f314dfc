import type { IngressClass, IngressClassParametersReference } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, forbidden, notSupported, required, tooLong, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkDomainPrefixedPath } from '../../shared/domain-paths.ts';
import { checkImmutable, checkLabel } from '../../shared/field-checks.ts';
import { checkTypedReference } from '../../shared/typed-references.ts';
import type { Strategy } from '../../strategy.ts';

const asClass = (object: AnyObject) => object as unknown as IngressClass;
const specPath = fieldPath('spec');
const CONTROLLER_LIMIT = 250;
const SCOPES = ['Cluster', 'Namespace'];

export const ingressClassStrategy: Strategy = {
  validate: (object) => validate(asClass(object)),
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    checkImmutable(asClass(object).spec?.controller ?? '', asClass(old).spec?.controller ?? '', specPath.child('controller'), errors);
    return [...errors, ...validate(asClass(object))];
  },
};

function validate({ spec = {} }: IngressClass): FieldError[] {
  const errors: FieldError[] = [];
  const { controller = '', parameters } = spec;
  if (controller.length > CONTROLLER_LIMIT) errors.push(tooLong(specPath.child('controller'), '', CONTROLLER_LIMIT));
  checkDomainPrefixedPath(controller, specPath.child('controller'), errors);
  if (parameters) checkParameters(parameters, specPath.child('parameters'), errors);
  return errors;
}

function checkParameters(reference: IngressClassParametersReference, path: FieldPath, errors: FieldError[]): void {
  const { scope, namespace } = reference;
  checkTypedReference(reference, path, errors);
  if (scope === undefined) errors.push(required(path.child('scope')));
  else if (!SCOPES.includes(scope)) errors.push(notSupported(path.child('scope'), scope, SCOPES));
  else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(forbidden(path.child('namespace'), "`parameters.scope` is set to 'Cluster'"));
  } else if (namespace === undefined) errors.push(required(path.child('namespace'), "`parameters.scope` is set to 'Namespace'"));
  else checkLabel(namespace, path.child('namespace'), errors);
}

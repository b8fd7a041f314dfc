import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { IMMUTABLE } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkResourceQuantity } from '../../shared/quantities.ts';
import { checkQuotaResourceName, isQuotaResource } from '../../shared/resource-names.ts';
import type { Strategy } from '../../strategy.ts';

const asQuota = (object: AnyObject) => object as unknown as ResourceQuota;
const specPath = fieldPath('spec');
const scopesPath = specPath.child('scopes');
const POD_COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const ALL_PODS = ['pods', ...POD_COMPUTE];
/** What may be limited within each scope. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: ALL_PODS,
  NotTerminating: ALL_PODS,
  NotBestEffort: ALL_PODS,
  BestEffort: ['pods'],
  PriorityClass: ALL_PODS,
  CrossNamespacePodAffinity: ALL_PODS,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};
const WITHOUT_VALUES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
  'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';
const OPPOSITES: readonly (readonly string[])[] = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']]; // prettier-ignore

/** How much a namespace may use (ValidateResourceQuota). */
export const resourceQuotaStrategy: Strategy = {
  validate: (object) => validateSpec(asQuota(object)),
  validateUpdate(object, old) {
    const scopes = asQuota(object).spec?.scopes ?? [];
    const [now, was] = [new Set(scopes), new Set(asQuota(old).spec?.scopes)];
    const same = now.size === was.size && [...now].every((scope) => was.has(scope));
    return [...validateSpec(asQuota(object)), ...(same ? [] : [invalid(scopesPath, scopes.length > 0 ? scopes : null, IMMUTABLE)])];
  },
  status: {
    validateUpdate(object) {
      const errors: FieldError[] = [];
      for (const list of ['hard', 'used'] as const) checkAmounts(asQuota(object).status?.[list], fieldPath('status', list), errors);
      return errors;
    },
  },
};

function validateSpec({ spec = {} }: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  checkAmounts(spec.hard, specPath.child('hard'), errors);
  checkScopes(spec, errors);
  if (spec.scopeSelector)
    checkSelector(spec, spec.scopeSelector.matchExpressions ?? [], specPath.child('scopeSelector', 'matchExpressions'), errors);
  return errors;
}

function checkAmounts(amounts: Readonly<Record<string, string>> | undefined, path: FieldPath, errors: FieldError[]): void {
  for (const [name, value] of Object.entries(amounts ?? {})) {
    checkQuotaResourceName(name, path.key(name), errors);
    checkResourceQuantity(name, value, path.key(name), errors);
  }
}

/** Resources of the quota that cannot be counted within the scope. */
const unfit = (scope: string, hard: Readonly<Record<string, string>> = {}) =>
  Object.keys(hard).filter((name) => isQuotaResource(name) && SCOPES[scope]?.includes(name) === false);

function checkScopes({ scopes = [], hard }: ResourceQuotaSpec, errors: FieldError[]): void {
  for (const scope of scopes) {
    if (!SCOPES[scope]) errors.push(invalid(scopesPath, scopes, 'unsupported scope'));
    for (const _name of unfit(scope, hard)) errors.push(invalid(scopesPath, scopes, 'unsupported scope applied to resource'));
  }
  checkOpposites(scopes, scopes, scopesPath, errors);
}

function checkOpposites(scopes: readonly string[], shown: readonly string[], path: FieldPath, errors: FieldError[]): void {
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => scopes.includes(scope))) errors.push(invalid(path, shown.length > 0 ? shown : null, 'conflicting scopes'));
  }
}

function checkSelector(
  spec: ResourceQuotaSpec,
  expressions: readonly ScopedResourceSelectorRequirement[],
  path: FieldPath,
  errors: FieldError[],
): void {
  for (const expression of expressions) {
    const { scopeName, operator, values = [] } = expression;
    if (!SCOPES[scopeName]) errors.push(invalid(path.child('scopeName'), scopeName, 'unsupported scope'));
    for (const _name of unfit(scopeName, spec.hard)) {
      errors.push(invalid(path, goShown('core/v1.ScopeSelector', spec.scopeSelector), 'unsupported scope applied to resource'));
    }
    if (WITHOUT_VALUES.includes(scopeName) && operator !== 'Exists') errors.push(invalid(path.child('operator'), operator, EXISTS_ONLY));
    const here = path.child('values');
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.push(required(here, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.push(invalid(here, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    } else errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  checkOpposites(expressions.map((e) => e.scopeName), spec.scopes ?? [], path, errors); // prettier-ignore
}

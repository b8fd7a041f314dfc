import type { PodDisruptionBudget } from '../../../../api/policy/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid, notSupported, type FieldError } from '../../../../machinery/field.ts';
import { checkConditions } from '../../shared/conditions.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkAtMost100Percent, checkIntOrPercent } from '../../shared/int-or-percent.ts';
import { checkLabelSelector, hasInvalidValues } from '../../shared/label-selectors.ts';
import { checkCounts } from '../../shared/status-counts.ts';
import type { Strategy } from '../../strategy.ts';

const asBudget = (object: AnyObject) => object as unknown as PodDisruptionBudget;
const specPath = fieldPath('spec');
const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

export const podDisruptionBudgetStrategy: Strategy = {
  allowUnconditionalUpdate: false,
  validate: (object) => validate(asBudget(object), false),
  validateUpdate: (object, old) => validate(asBudget(object), hasInvalidValues(asBudget(old).spec?.selector)),
  status: {
    validateUpdate(object) {
      const errors: FieldError[] = [];
      const status = asBudget(object).status ?? {};
      checkConditions(asBudget(object).status?.conditions ?? [], fieldPath('status', 'conditions'), errors);
      checkCounts(status, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'], fieldPath('status'), errors);
      return errors;
    },
  },
};

function validate({ spec = {} }: PodDisruptionBudget, allowInvalidValues: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(
      invalid(specPath, goShown('policy/v1.PodDisruptionBudgetSpec', spec), 'minAvailable and maxUnavailable cannot be both set'),
    );
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    checkIntOrPercent(value, specPath.child(field), errors);
    checkAtMost100Percent(value, specPath.child(field), errors);
  }
  checkLabelSelector(spec.selector, specPath.child('selector'), errors, { allowInvalidValues });
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
    errors.push(notSupported(specPath.child('unhealthyPodEvictionPolicy'), policy, EVICTION_POLICIES));
  }
  return errors;
}

/** Rules of what decides where a pod may run: affinity, tolerations, spreading. */
import type {
  Affinity,
  NodeAffinity,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../../../../api/core/v1.gen.ts';
import type { LabelSelector } from '../../../../api/meta/v1.gen.ts';
import { duplicate, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isLabelValue } from '../../../../machinery/names.ts';
import { checkLabel, checkPositive, checkQualifiedName } from '../field-checks.ts';
import { checkLabelSelector } from '../label-selectors.ts';
import { checkNodeSelector, checkNodeSelectorTerm } from '../node-selectors.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const WEIGHT = 'must be in the range 1-100';

export function checkAffinity(affinity: Affinity, path: FieldPath, errors: FieldError[]): void {
  if (affinity.nodeAffinity) checkNodeAffinity(affinity.nodeAffinity, path.child('nodeAffinity'), errors);
  if (affinity.podAffinity) checkPodAffinity(affinity.podAffinity, path.child('podAffinity'), errors);
  if (affinity.podAntiAffinity) checkPodAffinity(affinity.podAntiAffinity, path.child('podAntiAffinity'), errors);
}

function checkNodeAffinity(affinity: NodeAffinity, path: FieldPath, errors: FieldError[]): void {
  const needed = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  if (needed) checkNodeSelector(needed, path.child(REQUIRED), errors);
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, preference }, i) => {
    const here = path.child(PREFERRED).index(i);
    checkWeight(weight, here, errors);
    checkNodeSelectorTerm(preference, here.child('preference'), errors, { anyValues: true });
  });
}

function checkWeight(weight: number, path: FieldPath, errors: FieldError[]): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(path.child('weight'), weight, WEIGHT));
}

function checkPodAffinity(affinity: PodAffinity, path: FieldPath, errors: FieldError[]): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => checkTerm(term, path.child(REQUIRED).index(i), errors));
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, podAffinityTerm }, i) => {
    const here = path.child(PREFERRED).index(i);
    checkWeight(weight, here, errors);
    checkTerm(podAffinityTerm, here.child('podAffinityTerm'), errors);
  });
}

function checkTerm(term: PodAffinityTerm, path: FieldPath, errors: FieldError[]): void {
  checkLabelSelector(term.labelSelector, path.child('labelSelector'), errors);
  checkLabelSelector(term.namespaceSelector, path.child('namespaceSelector'), errors);
  for (const name of term.namespaces ?? []) checkLabel(name, path.child('namespace'), errors);
  checkLabelKeys(term, path, errors);
  if (!term.topologyKey) errors.push(required(path.child('topologyKey'), 'can not be empty'));
  checkQualifiedName(term.topologyKey, path.child('topologyKey'), errors);
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
  readonly labelSelector?: LabelSelector | undefined;
}

/** Keys of labels that a pod's own values are taken for; what they mean is part of the selector already. */
function checkLabelKeys(
  { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: LabelKeys,
  path: FieldPath,
  errors: FieldError[],
): void {
  checkKeys(matchLabelKeys, labelSelector, path.child('matchLabelKeys'), errors);
  checkKeys(mismatchLabelKeys, labelSelector, path.child('mismatchLabelKeys'), errors);
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const at = matchLabelKeys.lastIndexOf(key);
    if (at >= 0 && seen.has(key)) errors.push(invalid(path.index(at), key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  matchLabelKeys.forEach((key, i) => {
    if (mismatchLabelKeys.includes(key)) {
      errors.push(invalid(path.child('matchLabelKeys').index(i), key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
    }
  });
}

function checkKeys(keys: readonly string[], selector: LabelSelector | undefined, path: FieldPath, errors: FieldError[]): void {
  if (keys.length === 0) return;
  if (!selector) errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  else keys.forEach((key, i) => checkQualifiedName(key, path.index(i), errors));
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const KEYLESS = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';

export function checkTaintEffect(effect: string, path: FieldPath, errors: FieldError[]): void {
  if (!EFFECTS.includes(effect)) errors.push(notSupported(path, effect, EFFECTS));
}

export function checkTolerations(tolerations: readonly Toleration[], path: FieldPath, errors: FieldError[]): void {
  tolerations.forEach(({ key, operator = '', value = '', effect = '', tolerationSeconds }, i) => {
    const here = path.index(i);
    if (key) checkQualifiedName(key, here.child('key'), errors);
    else if (operator !== 'Exists') errors.push(invalid(here.child('operator'), operator, KEYLESS));
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(here.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    checkOperator(operator, value, here.child('operator'), errors);
    if (effect) checkTaintEffect(effect, here.child('effect'), errors);
  });
}

function checkOperator(operator: string, value: string, path: FieldPath, errors: FieldError[]): void {
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === 'Equal' || operator === '') {
    const messages = isLabelValue(value);
    if (messages.length > 0) errors.push(invalid(path, value, messages.join(';')));
  } else
    errors.push(
      notSupported(path, operator, operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']),
    );
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSION_POLICIES = ['Honor', 'Ignore'];

export function checkTopologySpread(constraints: readonly TopologySpreadConstraint[], path: FieldPath, errors: FieldError[]): void {
  constraints.forEach((constraint, i) => {
    const { maxSkew, topologyKey, whenUnsatisfiable: action, minDomains } = constraint;
    const here = path.index(i);
    checkPositive(maxSkew, here.child('maxSkew'), errors);
    if (!topologyKey) errors.push(required(here.child('topologyKey'), 'can not be empty'));
    if (!ACTIONS.includes(action)) errors.push(notSupported(here.child('whenUnsatisfiable'), action, ACTIONS));
    if (constraints.slice(i + 1).some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action)) {
      errors.push(duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${action}}`));
    }
    if (minDomains !== undefined) {
      checkPositive(minDomains, here.child('minDomains'), errors);
      if (action !== 'DoNotSchedule') {
        errors.push(
          invalid(here.child('minDomains'), minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`),
        );
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field];
      if (policy !== undefined && !INCLUSION_POLICIES.includes(policy))
        errors.push(notSupported(here.child(field), policy, INCLUSION_POLICIES));
    }
    checkLabelKeys({ matchLabelKeys: constraint.matchLabelKeys, labelSelector: constraint.labelSelector }, here, errors);
    checkLabelSelector(constraint.labelSelector, here.child('labelSelector'), errors);
  });
}

/** Rules of a job's policies: which failures count (KEP-3329), when it has succeeded (KEP-3998). */
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../../../api/batch/v1.gen.ts';
import {
  duplicate,
  invalid,
  notSupported,
  OMIT_VALUE,
  required,
  tooLong,
  tooMany,
  type FieldError,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { checkNonNegative, checkQualifiedName } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { countIndexes, IndexesError } from './index-intervals.ts';

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_CODES = 255;
const MAX_INDEXES_TEXT = 64 * 1024;
const list = (values: readonly string[]) => `valid values: [${values.map(goQuote).join(' ')}]`;

export function checkPodFailurePolicy(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const here = path.child('rules');
  if (rules.length > MAX_RULES) errors.push(tooMany(here, rules.length, MAX_RULES));
  const pod = spec.template.spec;
  const names = new Set([...(pod.containers ?? []), ...(pod.initContainers ?? [])].map((c) => c.name));
  rules.forEach((rule, i) => checkRule(rule, spec, names, here.index(i), errors));
}

function checkRule(rule: PodFailurePolicyRule, spec: JobSpec, names: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const here = path.child('action');
  if (!action) errors.push(required(here, list(ACTIONS)));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) errors.push(invalid(here, action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(here, action, ACTIONS));
  if (onExitCodes) checkExitCodes(onExitCodes, names, path.child('onExitCodes'), errors);
  checkConditions(onPodConditions, path.child('onPodConditions'), errors);
  if (onExitCodes && onPodConditions.length > 0)
    errors.push(invalid(path, OMIT_VALUE, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!onExitCodes && onPodConditions.length === 0)
    errors.push(invalid(path, OMIT_VALUE, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function checkConditions(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], path: FieldPath, errors: FieldError[]): void {
  if (patterns.length > MAX_RULES) errors.push(tooMany(path, patterns.length, MAX_RULES));
  patterns.forEach(({ type, status }, i) => {
    const here = path.index(i).child('status');
    checkQualifiedName(type, path.index(i).child('type'), errors);
    if (!status) errors.push(required(here, list(STATUSES)));
    else if (!STATUSES.includes(status)) errors.push(notSupported(here, status, STATUSES));
  });
}

function checkExitCodes(
  codes: PodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { operator, containerName } = codes;
  const values = codes.values ?? [];
  const here = path.child('values');
  if (!operator) errors.push(required(path.child('operator'), list(OPERATORS)));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(path.child('operator'), operator, OPERATORS));
  if (containerName !== undefined && !names.has(containerName)) {
    errors.push(
      invalid(path.child('containerName'), containerName, 'must be one of the container or initContainer names in the pod template'),
    );
  }
  if (values.length === 0) errors.push(invalid(here, codes.values ?? null, 'at least one value is required'));
  else if (values.length > MAX_CODES) errors.push(tooMany(here, values.length, MAX_CODES));
  const seen = new Set<number>();
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) errors.push(invalid(here.index(i), value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(here.index(i), value));
    seen.add(value);
  });
  if (values.some((value, i) => (values[i - 1] ?? -Infinity) > value)) errors.push(invalid(here, values, 'must be ordered'));
}

export function checkSuccessPolicy(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const { successPolicy, completionMode } = spec;
  if (!successPolicy) return;
  if (completionMode !== 'Indexed') {
    return void errors.push(invalid(path, goShown('batch/v1.SuccessPolicy', successPolicy), 'requires indexed completion mode'));
  }
  const rules = successPolicy.rules ?? [];
  const here = path.child('rules');
  if (rules.length === 0) errors.push(required(here, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > MAX_RULES) errors.push(tooMany(here, rules.length, MAX_RULES));
  rules.forEach((rule, i) => checkSuccessRule(rule, spec.completions ?? 0, here.index(i), errors));
}

function checkSuccessRule(
  { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule,
  completions: number,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (count === undefined && indexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (indexes !== undefined) {
    const here = path.child('succeededIndexes');
    if (indexes.length > MAX_INDEXES_TEXT) errors.push(tooLong(here, '', MAX_INDEXES_TEXT));
    try {
      total = countIndexes(indexes, completions);
    } catch (error) {
      if (!(error instanceof IndexesError)) throw error;
      errors.push(invalid(here, indexes, `error parsing succeededIndexes: ${error.message}`));
    }
  }
  if (count === undefined) return;
  const here = path.child('succeededCount');
  checkNonNegative(count, here, errors);
  if (count > completions)
    errors.push(invalid(here, count, `must be less than or equal to ${completions} (the number of specified completions)`));
  if (indexes !== undefined && count > total) {
    errors.push(
      invalid(here, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`),
    );
  }
}

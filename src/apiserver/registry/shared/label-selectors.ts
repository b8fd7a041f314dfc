/** Rules of LabelSelector objects (k8s.io/apimachinery/pkg/apis/meta/v1/validation). */
import type { LabelSelector, LabelSelectorRequirement } from '../../../api/meta/v1.gen.ts';
import type { DeepReadonly } from '../../../api/object.ts';
import { forbidden, invalid, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isLabelValue } from '../../../machinery/names.ts';
import { validateLabels } from '../validate-meta.ts';
import { checkQualifiedName } from './field-checks.ts';

export interface LabelSelectorOptions {
  /** Older servers took any value; an object that has such a one may keep it. */
  readonly allowInvalidValues?: boolean;
}

export function checkLabelSelector(
  selector: DeepReadonly<LabelSelector> | undefined | null,
  path: FieldPath,
  errors: FieldError[],
  options: LabelSelectorOptions = {},
): void {
  if (!selector) return;
  if (selector.matchLabels) errors.push(...validateLabels(selector.matchLabels, path.child('matchLabels')));
  selector.matchExpressions?.forEach((requirement, i) =>
    checkRequirement(requirement, path.child('matchExpressions').index(i), errors, options),
  );
}

function checkRequirement(
  requirement: DeepReadonly<LabelSelectorRequirement>,
  path: FieldPath,
  errors: FieldError[],
  options: LabelSelectorOptions,
): void {
  const { key, operator, values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  checkQualifiedName(key, path.child('key'), errors);
  if (options.allowInvalidValues) return;
  values.forEach((value, i) => {
    for (const message of isLabelValue(value)) errors.push(invalid(path.child('values').index(i), value, message));
  });
}

export function hasInvalidValues(selector: DeepReadonly<LabelSelector> | undefined | null): boolean {
  return (selector?.matchExpressions ?? []).some((e) => (e.values ?? []).some((value) => isLabelValue(value).length > 0));
}

export function isEmptySelector(selector: DeepReadonly<LabelSelector> | undefined | null): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0;
}

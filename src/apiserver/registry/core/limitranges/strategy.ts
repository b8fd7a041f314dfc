import type { LimitRange, LimitRangeItem } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { duplicate, fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isQualifiedName } from '../../../../machinery/names.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { isOvercommitAllowed } from '../../shared/quantities.ts';
import { checkContainerResourceName, checkResourceName } from '../../shared/resource-names.ts';
import type { Strategy } from '../../strategy.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const POD_ONLY = "may not be specified when `type` is 'Pod'";
const ONE = Quantity.of(1);

/** What pods, containers and claims of a namespace may ask for (ValidateLimitRange). */
export const limitRangeStrategy: Strategy = { allowCreateOnUpdate: true, validate, validateUpdate: validate };

function validate(object: AnyObject): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (object as unknown as LimitRange).spec?.limits?.forEach((item, i) => {
    const path = fieldPath('spec', 'limits').index(i);
    checkType(item.type, path.child('type'), errors);
    if (seen.has(item.type)) errors.push(duplicate(path.child('type'), item.type));
    seen.add(item.type);
    checkItem(item, path, errors);
  });
  return errors;
}

function checkType(type: string, path: FieldPath, errors: FieldError[]): void {
  const messages = isQualifiedName(type);
  for (const message of messages) errors.push(invalid(path, type, message));
  if (messages.length > 0 || type.includes('/') || TYPES.includes(type)) return;
  errors.push(invalid(path, type, 'must be a standard limit type or fully qualified'));
}

function checkItem(item: LimitRangeItem, path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  const check = (field: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio') => {
    for (const name of Object.keys(item[field] ?? {})) {
      const here = path.child(field).key(name);
      if (item.type === 'Pod' || item.type === 'Container') checkContainerResourceName(name, here, errors);
      else checkResourceName(name, here, errors);
      names.add(name);
    }
  };
  check('max');
  check('min');
  for (const field of ['default', 'defaultRequest'] as const) {
    if (item.type !== 'Pod') check(field);
    else if (Object.keys(item[field] ?? {}).length > 0) errors.push(forbidden(path.child(field), POD_ONLY));
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
    errors.push(required(path.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  }
  check('maxLimitRequestRatio');
  for (const name of names) checkAmounts(item, name, path, errors);
}

function checkAmounts(item: LimitRangeItem, name: string, path: FieldPath, errors: FieldError[]): void {
  const amount = (field: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'): Quantity | undefined => {
    const value = item.type === 'Pod' && field.startsWith('default') ? undefined : item[field]?.[name];
    return value === undefined ? undefined : Quantity.parse(value);
  };
  const [min, max, limit, request, ratio] = [
    amount('min'),
    amount('max'),
    amount('default'),
    amount('defaultRequest'),
    amount('maxLimitRequestRatio'),
  ];
  const refuse = (field: string, shown: Quantity, detail: string) =>
    errors.push(invalid(path.child(field).key(name), shown.toString(), detail));
  const above = (a: Quantity | undefined, b: Quantity | undefined): boolean => a !== undefined && b !== undefined && a.compare(b) > 0;
  if (min && above(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`);
  if (request) {
    if (above(min, request)) refuse('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
    if (above(request, max)) refuse('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
    if (above(request, limit))
      refuse('defaultRequest', request, `default request value ${request} is greater than default limit value ${limit}`);
  }
  if (min && above(min, limit)) refuse('default', min, `min value ${min} is greater than default value ${limit}`);
  if (max && above(limit, max)) refuse('default', max, `default value ${limit} is greater than max value ${max}`);
  if (ratio) checkRatio(ratio, min, max, refuse);
  if (!isOvercommitAllowed(name) && limit && request && !limit.equals(request)) {
    refuse('defaultRequest', request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`);
  }
}

function checkRatio(
  ratio: Quantity,
  min: Quantity | undefined,
  max: Quantity | undefined,
  refuse: (field: string, shown: Quantity, detail: string) => void,
): void {
  if (ratio.compare(ONE) < 0) refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
  if (!min || !max) return;
  const limit = max.milliValue() / min.milliValue();
  if (ratio.milliValue() / 1000 > limit)
    refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${limit.toFixed(6)}`);
}

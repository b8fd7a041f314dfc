/** Rules of amounts that may be given as a share: `3` or `25%`. */
import { invalid, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isValidPercent } from '../../../machinery/names.ts';
import { checkNonNegative } from './field-checks.ts';

export type IntOrPercent = number | string | undefined;

export function checkIntOrPercent(value: IntOrPercent, path: FieldPath, errors: FieldError[]): void {
  if (typeof value === 'string') for (const message of isValidPercent(value)) errors.push(invalid(path, value, message));
  else checkNonNegative(value, path, errors);
}

export function checkAtMost100Percent(value: IntOrPercent, path: FieldPath, errors: FieldError[]): void {
  if ((percentOf(value) ?? 0) > 100) errors.push(invalid(path, value, 'must not be greater than 100%'));
}

/** The number in it, of pieces or of hundredths. */
export function numberIn(value: IntOrPercent): number {
  const text = typeof value === 'string' ? /^[+-]?\d+$/.exec(value)?.[0] : value;
  return percentOf(value) ?? Number(text ?? 0);
}

function percentOf(value: IntOrPercent): number | undefined {
  return typeof value === 'string' && isValidPercent(value).length === 0 ? Number(value.slice(0, -1)) : undefined;
}

/** Small rules for single fields, in upstream's words. Each adds its complaints to `errors`. */
import { duplicate, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import {
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidPortNum,
  isValidPortName,
  type NameRule,
} from '../../../machinery/names.ts';
import { semanticEqual } from './semantic-equal.ts';

export const NEGATIVE = 'must be greater than or equal to 0';
export const NOT_POSITIVE = 'must be greater than zero';
export const IMMUTABLE = 'field is immutable';

/** Every complaint of a rule about a value. */
export function checkRule(rule: NameRule, value: string, path: FieldPath, errors: FieldError[]): void {
  for (const message of rule(value)) errors.push(invalid(path, value, message));
}

export const checkLabel = (value: string, path: FieldPath, errors: FieldError[]) => checkRule(isDNS1123Label, value, path, errors);
export const checkSubdomain = (value: string, path: FieldPath, errors: FieldError[]) => checkRule(isDNS1123Subdomain, value, path, errors);
export const checkQualifiedName = (value: string, path: FieldPath, errors: FieldError[]) => checkRule(isQualifiedName, value, path, errors);

export function checkNonNegative(value: number | undefined | null, path: FieldPath, errors: FieldError[]): void {
  if (typeof value === 'number' && value < 0) errors.push(invalid(path, value, NEGATIVE));
}

export function checkPositive(value: number | undefined | null, path: FieldPath, errors: FieldError[]): void {
  if ((value ?? 0) <= 0) errors.push(invalid(path, value ?? 0, NOT_POSITIVE));
}

export function checkImmutable(value: unknown, old: unknown, path: FieldPath, errors: FieldError[]): void {
  if (!semanticEqual(value, old)) errors.push(invalid(path, value ?? null, IMMUTABLE));
}

export function checkRequired(value: string | undefined | null, path: FieldPath, errors: FieldError[], detail = ''): boolean {
  if (value) return true;
  errors.push(required(path, detail));
  return false;
}

/** One of `supported` (in the order they print). */
export function checkSupported(value: string, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

/** Required, and one of `supported`. */
export function checkChoice(value: string | undefined | null, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (!value) errors.push(required(path));
  else checkSupported(value, supported, path, errors);
}

/** A port number, or the name of a port. */
export function checkPortNumOrName(port: number | string | undefined, path: FieldPath, errors: FieldError[]): void {
  const value = port ?? 0;
  const messages = typeof value === 'number' ? isValidPortNum(value) : isValidPortName(value);
  for (const message of messages) errors.push(invalid(path, value, message));
}

export function checkPortNum(port: number, path: FieldPath, errors: FieldError[]): void {
  for (const message of isValidPortNum(port)) errors.push(invalid(path, port, message));
}

/** Complains about a value seen before, and remembers it. */
export function checkUnique(value: string, seen: Set<string>, path: FieldPath, errors: FieldError[]): void {
  if (seen.has(value)) errors.push(duplicate(path, value));
  else seen.add(value);
}

/** Rules of references by kind and name. */
import type { FieldError, FieldPath } from '../../../machinery/field.ts';
import { isPathSegmentName } from '../../../machinery/names.ts';
import { checkRequired, checkRule, checkSubdomain } from './field-checks.ts';

interface TypedReference {
  readonly apiGroup?: string | undefined;
  readonly kind: string;
  readonly name: string;
}

/** A word that must be there and be a path segment. */
export function checkSegment(value: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (checkRequired(value, path, errors)) checkRule(isPathSegmentName, value ?? '', path, errors);
}

export function checkTypedReference({ apiGroup, kind, name }: TypedReference, path: FieldPath, errors: FieldError[]): void {
  if (apiGroup !== undefined) checkSubdomain(apiGroup, path.child('apiGroup'), errors);
  checkSegment(kind, path.child('kind'), errors);
  checkSegment(name, path.child('name'), errors);
}

/** Rules that config maps and secrets share: keys, size, immutability (pkg/apis/core/validation). */
import { isDeepStrictEqual } from 'node:util';
import { forbidden, invalid, tooLong, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isConfigMapKey } from '../../../machinery/names.ts';

const MAX_BYTES = 1024 * 1024;

/** Each map's keys, and the size of all values together; `sizes` tells a value's bytes. */
export function validateDataKeys(data: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  return Object.keys(data ?? {}).flatMap((key) => isConfigMapKey(key).map((message) => invalid(path.key(key), key, message)));
}

export function validateDataSize(bytes: number, path: FieldPath): FieldError[] {
  return bytes > MAX_BYTES ? [tooLong(path, '', MAX_BYTES)] : [];
}

/** Bytes of a value in base64. */
export function decodedSize(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, (base64.length * 3) / 4 - padding);
}

/** An immutable object stays so, with all it holds. */
export function validateImmutable(
  now: { readonly immutable?: boolean | undefined },
  old: { readonly immutable?: boolean | undefined },
  fields: readonly (readonly [path: FieldPath, now: unknown, old: unknown])[],
  immutablePath: FieldPath,
): FieldError[] {
  if (!old.immutable) return [];
  const errors: FieldError[] = [];
  if (!now.immutable) errors.push(forbidden(immutablePath, 'field is immutable when `immutable` is set'));
  for (const [path, next, was] of fields)
    if (!isDeepStrictEqual(next ?? {}, was ?? {})) errors.push(forbidden(path, 'field is immutable when `immutable` is set'));
  return errors;
}

/** Equality of API values where absent, null and empty lists or maps mean the same (apimachinery/pkg/api/equality). */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, isEmptyContainer);
}

/**
 * Like semanticEqual, but zeros, empty strings and false also equal absence: for status that holds plain Go values, which are not printed
 * when zero. Never for specs, where a pointer to zero differs from none.
 */
export function equalIgnoringZeros(a: unknown, b: unknown): boolean {
  return equal(a, b, isZero);
}

type Test = (value: unknown) => boolean;

function equal(a: unknown, b: unknown, absent: Test): boolean {
  if (a === b) return true;
  if (isNothing(a) || isNothing(b)) return absent(a) && absent(b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i], absent));
  if (typeof a !== 'object' || typeof b !== 'object' || Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of Object.keys(left)) if (!equal(left[key], right[key], absent)) return false;
  for (const key of Object.keys(right)) if (!(key in left) && !absent(right[key])) return false;
  return true;
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isEmptyContainer(value: unknown): boolean {
  if (isNothing(value)) return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false || isEmptyContainer(value);
}

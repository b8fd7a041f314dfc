import { setKey } from './set-key.ts';

/** A copy of a JSON value (also with BigInt) that shares nothing with it. Faster than structuredClone. */
export function deepCopy<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as unknown[]).map(copy);
  const out: Record<string, unknown> = {};
  for (const key in value) setKey(out, key, copy((value as Record<string, unknown>)[key]));
  return out;
}

/** The strategic merge patch that turns one pod status into another. */
import type { PodStatus } from '../../api/core/v1.gen.ts';

/** Lists of the status that merge by a key; every other list is replaced whole. */
const MERGE_KEYS: Readonly<Record<string, string>> = { conditions: 'type', podIPs: 'ip', hostIPs: 'ip', resourceClaimStatuses: 'name' };

type Json = Record<string, unknown>;

/** Undefined when nothing differs. */
export function podStatusPatch(from: PodStatus, to: PodStatus): Json | undefined {
  return objectPatch(from as Json, to as Json, MERGE_KEYS);
}

/** The patch between two objects; `mergeKeys` names lists that merge by a field. Undefined when nothing differs. */
export function objectPatch(from: Json, to: Json, mergeKeys: Readonly<Record<string, string>> = {}): Json | undefined {
  const patch: Json = {};
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [unlessEmpty(from[name]), unlessEmpty(to[name])];
    if (sameJson(before, after)) continue;
    const key = mergeKeys[name];
    if (isAbsent(after)) patch[name] = null;
    else if (key !== undefined && Array.isArray(after))
      Object.assign(patch, listPatch(name, key, (before ?? []) as Json[], after as Json[]));
    else if (isObject(before) && isObject(after)) patch[name] = objectPatch(before, after);
    else patch[name] = after;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function listPatch(name: string, key: string, before: readonly Json[], after: readonly Json[]): Json {
  const items: Json[] = [];
  for (const item of after) {
    const old = before.find((o) => o[key] === item[key]);
    const change = old ? objectPatch(old, item) : item;
    if (change) items.push({ ...change, [key]: item[key] });
  }
  for (const item of before) if (!after.some((a) => a[key] === item[key])) items.push({ $patch: 'delete', [key]: item[key] });
  return { [`$setElementOrder/${name}`]: after.map((item) => ({ [key]: item[key] })), [name]: items };
}

/** Equality of JSON values; absent and null are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isAbsent(a) || isAbsent(b)) return isAbsent(a) && isAbsent(b);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameJson(a[key], b[key]));
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** The API does not write empty lists. */
function unlessEmpty(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

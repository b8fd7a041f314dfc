/** The order of merged lists: $setElementOrder before the patch's order before the live order. */
import { isObject, type JsonObject } from './values.ts';
import { StrategicMergeError } from './strategic-meta.ts';

/** What tells items apart: the merge key's value, or (no key) the item itself. */
export function identity(item: unknown, mergeKey: string): unknown {
  return mergeKey === '' ? item : isObject(item) ? item[mergeKey] : undefined;
}

export function noMergeKey(item: unknown, mergeKey: string): StrategicMergeError {
  return new StrategicMergeError(`map: ${goMap(item)} does not contain declared merge key: ${mergeKey}`);
}

/** The verb %v of a map. */
export function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isObject(value)) return value === null || value === undefined ? '<nil>' : String(value);
  return `map[${Object.keys(value).sort().map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`; // prettier-ignore
}

/** Splits by whether an item's identity occurs in `list`. */
export function partition(items: readonly unknown[], list: readonly unknown[], mergeKey: string): [inList: unknown[], rest: unknown[]] {
  const inList: unknown[] = [];
  const rest: unknown[] = [];
  const wanted = new Set(list.map((item) => identity(item, mergeKey)));
  for (const item of items) {
    if (mergeKey !== '' && (!isObject(item) || !Object.hasOwn(item, mergeKey))) throw noMergeKey(item, mergeKey);
    (wanted.has(identity(item, mergeKey)) ? inList : rest).push(item);
  }
  return [inList, rest];
}

/** `patchItems` in the patch's order and `serverItems` in the live order, woven together by the live order. */
export function mergeOrder(
  patchItems: unknown[],
  serverItems: unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const right = sortBy(patchItems, patchOrder, mergeKey);
  const left = sortBy(serverItems, serverOrder, mergeKey);
  const position = positions(serverOrder, mergeKey);
  const out: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const l = position.get(identity(left[i], mergeKey));
    const r = position.get(identity(right[j], mergeKey));
    out.push(l !== undefined && r !== undefined && l < r ? left[i++] : right[j++]);
  }
  return [...out, ...left.slice(i), ...right.slice(j)];
}

function positions(order: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const out = new Map<unknown, number>();
  order.forEach((item, i) => {
    const id = identity(item, mergeKey);
    if (!out.has(id)) out.set(id, i);
  });
  return out;
}

function sortBy(items: readonly unknown[], order: readonly unknown[], mergeKey: string): unknown[] {
  const position = positions(order, mergeKey);
  const at = (item: unknown) => position.get(identity(item, mergeKey)) ?? -1;
  return [...items].sort((a, b) => at(a) - at(b));
}

export function isDelete(item: unknown): item is JsonObject {
  return isObject(item) && item['$patch'] === 'delete';
}

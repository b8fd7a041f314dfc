/**
 * Strategic merge patch: a merge patch that knows from the type which lists merge and by what key
 * (k8s.io/apimachinery/pkg/util/strategicpatch, StrategicMergeMapPatch;
 * https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md).
 */
import type { TypeSchema } from '../../api/schema.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';
import { setKey } from '../../wire/json/set-key.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { unprocessable } from './json-patch.ts';
import { fieldMeta, listMeta, StrategicMergeError, type FieldMeta } from './strategic-meta.ts';
import { goMap, identity, isDelete, mergeOrder, noMergeKey, partition } from './strategic-order.ts';
import { isObject, own, type JsonObject } from './values.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_PREFIX = '$deleteFromPrimitiveList';
const ORDER_PREFIX = '$setElementOrder';

const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';
const BAD_PRIMITIVE_LIST = 'invalid patch format of primitive list';
const BAD_ORDER = 'invalid patch format of setElementOrder list';
const LISTS_OF_LISTS = 'lists of lists are not supported';

/**
 * Returns the patched copy of `live`, an object of this type. Throws StatusError: 400 for a malformed patch, 422 and 500 where upstream
 * answers so.
 */
export function applyStrategicMergePatch(live: unknown, patch: unknown, type: TypeSchema): JsonObject {
  if (!isObject(patch)) {
    const kind = Array.isArray(patch) ? 'array' : patch === null ? 'null' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw badRequest(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  try {
    return mergeMap(isObject(live) ? deepCopy(live) : {}, deepCopy(patch), type);
  } catch (error) {
    if (!(error instanceof StrategicMergeError)) throw error;
    if ([BAD_RETAIN_KEYS, BAD_PRIMITIVE_LIST, BAD_ORDER].includes(error.message)) throw badRequest(error.message);
    if (error.message === LISTS_OF_LISTS) throw unprocessable(error);
    throw new StatusError({ code: 500, message: error.message });
  }
}

/** Merges `patch` into `original`; both are ours and are changed. */
function mergeMap(original: JsonObject, patch: JsonObject, type: TypeSchema | undefined): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) return mapDirective(patch);
  retainKeys(original, patch);
  mergeOrderedLists(original, patch, type);
  for (const patchKey of Object.keys(patch)) {
    const deletes = patchKey.startsWith(DELETE_PREFIX);
    const key = deletes ? directiveKey(patchKey, DELETE_PREFIX, BAD_PRIMITIVE_LIST) : patchKey;
    const value = patch[patchKey];
    if (value === null || value === undefined) delete original[key];
    else if (deletes && !Object.hasOwn(original, key)) continue;
    else mergeField(original, key, value, type, deletes);
  }
  return original;
}

function mergeField(original: JsonObject, key: string, value: unknown, type: TypeSchema | undefined, deletes: boolean): void {
  const current = own(original, key);
  if (isObject(current) && isObject(value)) {
    const meta = fieldMeta(type, key);
    setKey(original, key, meta.strategy === 'replace' ? value : mergeMap(current, value, meta.type));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setKey(original, key, mergeList(current, value, listMeta(type, key), deletes));
  } else if (!deletes) {
    // New, or of another type: the patch's value is taken, without its nulls and directives.
    const kept = removeDirectives(discardNulls(value));
    if (kept === REMOVED) delete original[key];
    else setKey(original, key, kept);
  }
}

/** `$patch` in an object: the object is replaced or emptied. */
function mapDirective(patch: JsonObject): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') {
    delete patch[DIRECTIVE];
    return patch;
  }
  if (directive === 'delete') return {};
  throw new StrategicMergeError(`unknown patch type: ${goMap(directive)} in map: ${goMap(patch)}`);
}

/** `$retainKeys`: what is not named goes; the patch may not set what is not named. */
function retainKeys(original: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const list = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(list)) throw new StrategicMergeError(BAD_RETAIN_KEYS);
  const retained = new Set(list as unknown[]);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue;
    if (!retained.has(key)) throw new StrategicMergeError(BAD_RETAIN_KEYS);
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function directiveKey(key: string, prefix: string, message: string): string {
  const slash = key.indexOf('/');
  if (slash < 0 || key.slice(0, slash) !== prefix) throw new StrategicMergeError(message);
  return key.slice(slash + 1);
}

/** `$setElementOrder/<list>`: merges that list of the patch and puts it in order. What it has done it takes out of the patch. */
function mergeOrderedLists(original: JsonObject, patch: JsonObject, type: TypeSchema | undefined): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ORDER_PREFIX)) continue;
    const order = patch[directive];
    delete patch[directive];
    if (!Array.isArray(order)) throw badType('[]interface {}', order);
    const key = directiveKey(directive, ORDER_PREFIX, BAD_ORDER);
    const live = own(original, key);
    const patchList = own(patch, key);
    if (live !== undefined && !Array.isArray(live)) throw badType('[]interface {}', live);
    if (patchList !== undefined && !Array.isArray(patchList)) throw badType('[]interface {}', patchList);
    const meta = listMeta(type, key);
    checkOrder((patchList as unknown[] | undefined) ?? [], order as unknown[], meta.mergeKey);
    if (live === undefined && patchList === undefined) continue;
    const serverOrder = [...((live as unknown[] | undefined) ?? [])];
    const merged = mergedForOrder(live as unknown[] | undefined, patchList as unknown[] | undefined, meta);
    checkElements(serverOrder, (patchList as unknown[] | undefined) ?? []);
    const [patchItems, serverItems] = partition(merged, order as unknown[], meta.mergeKey);
    setKey(original, key, mergeOrder(patchItems, serverItems, order as unknown[], serverOrder, meta.mergeKey));
    delete patch[key];
  }
}

function mergedForOrder(live: unknown[] | undefined, patchList: unknown[] | undefined, meta: FieldMeta): unknown[] {
  if (!patchList) return live ?? [];
  if (!live) return removeDirectives(patchList) as unknown[];
  return mergeList(live, patchList, meta, false);
}

/** The items of the patch must occur in the order list, in the same order. */
function checkOrder(patchList: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0) return;
  let at = 0;
  for (const item of patchList) {
    if (mergeKey !== '' && !isObject(item)) throw badType('map[string]interface {}', item);
    if (isObject(item) && Object.hasOwn(item, DIRECTIVE)) continue;
    if (mergeKey !== '' && isObject(item) && !Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    while (at < order.length && identity(order[at], mergeKey) !== identity(item, mergeKey)) at++;
    if (at++ >= order.length) {
      throw new StrategicMergeError(
        `The order in patch list:\n${goMap(patchList)}\n doesn't match ${ORDER_PREFIX} list:\n${goMap(order)}\n`,
      );
    }
  }
}

function mergeList(original: unknown[], patch: unknown[], meta: FieldMeta, deletes: boolean): unknown[] {
  if (meta.strategy !== 'merge' && !deletes) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const ofMaps = checkElements(original, patch);
  const serverOrder = [...original];
  if (!ofMaps) {
    if (deletes) return original.filter((item) => !patch.includes(item));
    const merged = [...new Set([...original, ...patch])];
    const [patchItems, serverItems] = partition(merged, patch, '');
    return mergeOrder(patchItems, serverItems, patch, serverOrder, '');
  }
  if (meta.mergeKey === '') throw new StrategicMergeError(`cannot merge lists without merge key for ${meta.goKind}`);
  const special = applySpecialItems(original, patch, meta.mergeKey);
  const merged = mergeItems([...special.original], special.patch, meta);
  const [patchItems, serverItems] = partition(merged, special.patch, meta.mergeKey);
  return mergeOrder(patchItems, serverItems, special.patch, special.original, meta.mergeKey);
}

/** Items with `$patch`: delete an item, or replace the list. */
function applySpecialItems(original: unknown[], patch: readonly unknown[], mergeKey: string): { original: unknown[]; patch: unknown[] } {
  const ordinary: unknown[] = [];
  let rest = original;
  let replace = false;
  for (const item of patch as readonly JsonObject[]) {
    if (!Object.hasOwn(item, DIRECTIVE)) {
      ordinary.push(item);
      continue;
    }
    if (isDelete(item)) {
      if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
      rest = rest.filter((r) => identity(r, mergeKey) !== item[mergeKey]);
    } else if (item[DIRECTIVE] === 'replace') replace = true;
    else if (item[DIRECTIVE] === 'merge') throw new StrategicMergeError('merging lists cannot yet be specified in the patch');
    else throw new StrategicMergeError(`unknown patch type: ${goMap(item[DIRECTIVE])} in map: ${goMap(item)}`);
  }
  return replace ? { original: ordinary, patch: [] } : { original: rest, patch: ordinary };
}

function mergeItems(original: unknown[], patch: readonly unknown[], meta: FieldMeta): unknown[] {
  const { mergeKey } = meta;
  for (const item of patch as readonly JsonObject[]) {
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = original.findIndex((o) => isObject(o) && Object.hasOwn(o, mergeKey) && o[mergeKey] === item[mergeKey]);
    if (at >= 0) original[at] = mergeMap(original[at] as JsonObject, item, meta.type);
    else original.push(item);
  }
  return original;
}

/** All items must be of one kind, and no lists. True when they are objects. */
function checkElements(...lists: readonly unknown[][]): boolean {
  const kinds = new Set(lists.flat().map((item) => (item === null ? 'nil' : Array.isArray(item) ? 'list' : typeof item)));
  if (kinds.size === 0) throw new StrategicMergeError('no elements in any of the given slices');
  if (kinds.has('list')) throw new StrategicMergeError(LISTS_OF_LISTS);
  if (kinds.size > 1) throw new StrategicMergeError(`list element types are not identical: ${goMap(lists)}`);
  return kinds.has('object');
}

function discardNulls(value: unknown): unknown {
  if (Array.isArray(value)) for (const item of value as unknown[]) discardNulls(item);
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else discardNulls(value[key]);
    }
  }
  return value;
}

/** The value was itself a directive. */
const REMOVED: unique symbol = Symbol('removed');

function removeDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map(removeDirectives).filter((item) => item !== REMOVED);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return REMOVED;
  for (const key of Object.keys(value)) {
    const kept = removeDirectives(value[key]);
    if (kept === REMOVED) delete value[key];
    else setKey(value, key, kept);
  }
  return value;
}

function badType(expected: string, actual: unknown): StrategicMergeError {
  const goType = Array.isArray(actual)
    ? '[]interface {}'
    : isObject(actual)
      ? 'map[string]interface {}'
      : typeof actual === 'boolean'
        ? 'bool'
        : typeof actual;
  return new StrategicMergeError(`expected a ${expected}, but received a ${goType}`);
}

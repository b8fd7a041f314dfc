/** JSON Patch (RFC 6902) as the API server applies it: evanphx/json-patch v4, its leniencies and texts included. */
import { deepCopy } from '../../wire/json/deep-copy.ts';
import { setKey } from '../../wire/json/set-key.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import { badRequest, requestEntityTooLarge, StatusError } from '../status-error.ts';
import { isObject, jsonEqual, own, type JsonObject } from './values.ts';

const MAX_OPERATIONS = 10_000;
/** What all `copy` operations of a patch may add together. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** An operation that cannot be done; the message is evanphx/json-patch's. */
export class JsonPatchError extends Error {}

/**
 * Returns the patched copy of `document`. Throws StatusError: 400 for something that is no patch, 413 for more than 10,000
 * operations, 422 when an operation fails (its cause is the JsonPatchError, which clients do not get to see).
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const operations = checkPatch(patch);
  try {
    return runJsonPatch(document, operations);
  } catch (error) {
    if (error instanceof JsonPatchError) throw unprocessable(error);
    throw error;
  }
}

/** 422 without the reason: upstream answers patches that do not fit with this and nothing more. */
export function unprocessable(cause: Error): StatusError {
  const error = new StatusError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  });
  error.cause = cause;
  return error;
}

function checkPatch(patch: unknown): JsonObject[] {
  const describe = (value: unknown) =>
    value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  if (patch === null) return [];
  if (!Array.isArray(patch))
    throw badRequest(`error decoding patch: json: cannot unmarshal ${describe(patch)} into Go value of type []handlers.jsonPatchOp`);
  const operations = patch as unknown[];
  for (const operation of operations) {
    if (!isObject(operation))
      throw badRequest(`error decoding patch: json: cannot unmarshal ${describe(operation)} into Go value of type handlers.jsonPatchOp`);
  }
  if (operations.length > MAX_OPERATIONS) {
    throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`);
  }
  return operations as JsonObject[];
}

/** The operations alone. Throws JsonPatchError. */
export function runJsonPatch(document: unknown, operations: readonly JsonObject[]): unknown {
  const run = new Run(deepCopy(document));
  for (const operation of operations) run.apply(operation);
  return run.root;
}

type Container = JsonObject | unknown[];

class Run {
  root: unknown;
  #copied = 0;

  constructor(root: unknown) {
    this.root = root;
  }

  apply(operation: JsonObject): void {
    const kind = own(operation, 'op');
    switch (kind) {
      case 'add':
        return this.#add(operation);
      case 'remove':
        return this.#remove(operation);
      case 'replace':
        return this.#replace(operation);
      case 'move':
        return this.#move(operation);
      case 'test':
        return this.#test(operation);
      case 'copy':
        return this.#copy(operation);
      default:
        throw new JsonPatchError(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`);
    }
  }

  #add(operation: JsonObject): void {
    const path = textField(operation, 'path');
    if (path === undefined) throw new JsonPatchError('add operation failed to decode path: missing value');
    const at = this.#find(path);
    if (!at) throw new JsonPatchError(`add operation does not apply: doc is missing path: "${path}": missing value`);
    explain(`error in add for path: '${path}'`, () => add(at.container, at.key, valueOf(operation)));
  }

  #remove(operation: JsonObject): void {
    const path = textField(operation, 'path');
    if (path === undefined) throw new JsonPatchError('remove operation failed to decode path: missing value');
    const at = this.#find(path);
    if (!at) throw new JsonPatchError(`remove operation does not apply: doc is missing path: "${path}": missing value`);
    explain(`error in remove for path: '${path}'`, () => remove(at.container, at.key));
  }

  #replace(operation: JsonObject): void {
    const path = textField(operation, 'path');
    if (path === undefined)
      throw new JsonPatchError('replace operation failed to decode path: operation missing path field: missing value');
    if (path === '') {
      const value = valueOf(operation);
      if (typeof value !== 'object' || value === null)
        throw new JsonPatchError('replace operation value must be object or array: %!w(<nil>)');
      this.root = value;
      return;
    }
    const at = this.#find(path);
    if (!at) throw new JsonPatchError(`replace operation does not apply: doc is missing path: ${path}: missing value`);
    const { container, key } = at;
    if (!Array.isArray(container)) return setKey(container, key, valueOf(operation));
    // A missing index is an error; a missing key of an object is not.
    const index = readIndex(container, key);
    if (index === undefined) throw new JsonPatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    container[index] = valueOf(operation);
  }

  #move(operation: JsonObject): void {
    const from = textField(operation, 'from');
    if (from === undefined) throw new JsonPatchError('move operation failed to decode from: operation, missing from field: missing value');
    const source = this.#find(from);
    if (!source) throw new JsonPatchError(`move operation does not apply: doc is missing from path: ${from}: missing value`);
    const value = explain(`error in move for path: '${source.key}'`, () => {
      const found = get(source.container, source.key);
      remove(source.container, source.key);
      return found ?? null;
    });
    const path = textField(operation, 'path');
    if (path === undefined) throw new JsonPatchError('move operation failed to decode path: operation missing path field: missing value');
    const target = this.#find(path);
    if (!target) throw new JsonPatchError(`move operation does not apply: doc is missing destination path: ${path}: missing value`);
    explain(`error in move for path: '${path}'`, () => add(target.container, target.key, value));
  }

  #test(operation: JsonObject): void {
    const path = textField(operation, 'path');
    if (path === undefined) throw new JsonPatchError('test operation failed to decode path: operation missing path field: missing value');
    const expected = valueOf(operation);
    const failed = new JsonPatchError(`testing value ${path} failed: test failed`);
    if (path === '') {
      if (!jsonEqual(this.root, expected)) throw failed;
      return;
    }
    const at = this.#find(path);
    if (!at) throw new JsonPatchError(`test operation does not apply: is missing path: ${path}: missing value`);
    const value = explain(`error in test for path: '${path}'`, () => get(at.container, at.key));
    // A missing key passes a test for null.
    if (!jsonEqual(value ?? null, expected)) throw failed;
  }

  #copy(operation: JsonObject): void {
    const from = textField(operation, 'from');
    if (from === undefined) throw new JsonPatchError('copy operation failed to decode from: operation, missing from field: missing value');
    const source = this.#find(from);
    if (!source) throw new JsonPatchError(`copy operation does not apply: doc is missing from path: ${from}: missing value`);
    const value = explain(`error in copy for from: '${from}'`, () => get(source.container, source.key)) ?? null;
    const path = textField(operation, 'path');
    if (path === undefined) throw new JsonPatchError('copy operation failed to decode path: missing value');
    const target = this.#find(path);
    if (!target) throw new JsonPatchError(`copy operation does not apply: doc is missing destination path: ${path}: missing value`);
    this.#copied += stringifyJson(value).length;
    if (this.#copied > MAX_COPIED_BYTES) {
      throw new JsonPatchError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${MAX_COPIED_BYTES}`,
      );
    }
    explain('error while adding value during copy', () => add(target.container, target.key, deepCopy(value)));
  }

  /** The container that has (or shall have) the last part of the path. What stands before the first slash is not looked at. */
  #find(path: string): { container: Container; key: string } | undefined {
    const parts = path.split('/');
    if (parts.length < 2) return undefined;
    let node = this.root;
    for (const part of parts.slice(1, -1)) {
      const key = unescapePart(part);
      if (Array.isArray(node)) {
        const index = readIndex(node, key);
        node = index === undefined ? undefined : (node as unknown[])[index];
      } else node = isObject(node) ? own(node, key) : undefined;
    }
    if (typeof node !== 'object' || node === null) return undefined;
    return { container: node as Container, key: unescapePart(parts.at(-1) ?? '') };
  }
}

function textField(operation: JsonObject, name: string): string | undefined {
  const value = own(operation, name);
  return typeof value === 'string' ? value : undefined;
}

function valueOf(operation: JsonObject): unknown {
  return deepCopy(own(operation, 'value') ?? null);
}

function unescapePart(part: string): string {
  return part.includes('~') ? part.replace(/~[01]/g, (m) => (m === '~1' ? '/' : '~')) : part;
}

function explain<T>(prefix: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof JsonPatchError) throw new JsonPatchError(`${prefix}: ${error.message}`);
    throw error;
  }
}

/** strconv.Atoi. */
function atoi(key: string): number {
  if (!/^[+-]?[0-9]+$/.test(key)) throw new JsonPatchError(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  return Number(key);
}

const invalidIndex = (index: number) => new JsonPatchError(`Unable to access invalid index: ${index}: invalid index referenced`);

/** Index of an existing item; negative ones count from the end. Throws JsonPatchError. */
function itemIndex(list: readonly unknown[], key: string): number {
  const index = atoi(key);
  if (index < -list.length || index >= list.length) throw invalidIndex(index);
  return index < 0 ? index + list.length : index;
}

function readIndex(list: readonly unknown[], key: string): number | undefined {
  const index = /^[+-]?[0-9]+$/.test(key) ? Number(key) : NaN;
  if (!(index >= -list.length && index < list.length)) return undefined;
  return index < 0 ? index + list.length : index;
}

function get(container: Container, key: string): unknown {
  return Array.isArray(container) ? container[itemIndex(container, key)] : own(container, key);
}

function add(container: Container, key: string, value: unknown): void {
  if (!Array.isArray(container)) return setKey(container, key, value);
  if (key === '-') {
    container.push(value);
    return;
  }
  if (!/^[+-]?[0-9]+$/.test(key)) {
    throw new JsonPatchError(`value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  }
  const index = Number(key);
  // Negative ones count from the end of the longer list.
  if (index > container.length || index < -(container.length + 1)) throw invalidIndex(index);
  container.splice(index < 0 ? index + container.length + 1 : index, 0, value);
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) {
    container.splice(itemIndex(container, key), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) throw new JsonPatchError(`Unable to remove nonexistent key: ${key}: missing value`);
  delete container[key];
}

/**
 * Values of CEL in JavaScript: int is bigint, double is number, uint is Uint, string, boolean, null, bytes is Uint8Array, list is an array,
 * map is a Map or a plain object (JSON objects are read in place). JSON integers become int when they are looked at.
 */
export class CelError extends Error {
  /** Not to be absorbed by what else an expression says: the budget is spent. */
  readonly fatal: boolean;
  constructor(message: string, fatal = false) {
    super(message);
    this.fatal = fatal;
  }
}

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    if (value < 0n || value > 18446744073709551615n) throw new CelError('unsigned integer overflow');
    this.value = value;
  }
}

/** Nanoseconds. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Optional {
  static readonly NONE = new Optional(undefined, false);
  readonly value: unknown;
  readonly present: boolean;
  constructor(value: unknown, present = true) {
    this.value = value;
    this.present = present;
  }
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library type (Quantity, URL, IP, ...): equal by text. */
export class Opaque<T = unknown> {
  readonly type: string;
  readonly value: T;
  readonly text: string;
  constructor(type: string, value: T, text: string) {
    this.type = type;
    this.value = value;
    this.text = text;
  }
}

/** A map whose entries are computed when they are asked for. */
export class LazyMap {
  readonly get: (name: string) => unknown;
  readonly has: (name: string) => boolean;
  constructor(has: (name: string) => boolean, get: (name: string) => unknown) {
    this.has = has;
    this.get = get;
  }
}

const adaptedLists = new WeakMap<readonly unknown[], unknown[]>();

/** A JSON value as CEL sees it: whole numbers are int. Objects stay as they are: their fields are adapted when they are read. */
export function adapt(value: unknown): unknown {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return BigInt(value);
  if (!Array.isArray(value)) return value === undefined ? null : value;
  let list = adaptedLists.get(value);
  if (!list) adaptedLists.set(value, (list = value.map(adapt)));
  return list;
}

/** The JSON of a CEL value; throws CelError for values that have none. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof StructValue) return Object.fromEntries(Object.entries(value.fields).map(([key, v]) => [key, toJson(v)]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, v]) => [String(key), toJson(v)]));
  if (value instanceof Optional) return value.present ? toJson(value.value) : null;
  if (value instanceof Opaque) return value.text;
  if (isMap(value) || value === null || typeof value !== 'object') return value;
  throw new CelError(`unsupported conversion of ${typeOf(value)} to JSON`);
}

/** A message that an expression made: `Object.spec{...}`, `JSONPatch{...}`. */
export class StructValue {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(type: string, fields: Readonly<Record<string, unknown>>) {
    this.type = type;
    this.fields = fields;
  }
}

export function isMap(value: unknown): value is Map<unknown, unknown> | Record<string, unknown> {
  if (value instanceof Map) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const keyOf = (key: unknown): unknown =>
  key instanceof Uint ? key.value : typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;

/** undefined when the key is not there. */
export function lookUp(map: Map<unknown, unknown> | Record<string, unknown>, key: unknown): unknown {
  if (map instanceof Map) return map.get(keyOf(key));
  return typeof key === 'string' && Object.hasOwn(map, key) ? adapt(map[key]) : undefined;
}

export function keysOf(map: Map<unknown, unknown> | Record<string, unknown>): unknown[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map);
}

export function makeMap(entries: Iterable<readonly [unknown, unknown]>): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (const [key, value] of entries) map.set(keyOf(key), value);
  return map;
}

export function typeOf(value: unknown): string {
  const v = value;
  if (v === null || v === undefined) return 'null_type';
  if (typeof v === 'boolean') return 'bool';
  if (typeof v === 'bigint') return 'int';
  if (typeof v === 'number') return 'double';
  if (typeof v === 'string') return 'string';
  if (v instanceof Uint) return 'uint';
  if (v instanceof Uint8Array) return 'bytes';
  if (Array.isArray(v)) return 'list';
  if (v instanceof Duration) return 'google.protobuf.Duration';
  if (v instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (v instanceof Optional) return 'optional_type';
  if (v instanceof TypeValue) return 'type';
  if (v instanceof Opaque || v instanceof StructValue) return v.type;
  return 'map';
}

/** CEL's equality: numbers by value across their types, everything else by structure; different types are unequal. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const order = compareNumbers(a, b);
  if (order !== undefined) return order === 0;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b);
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  if (a instanceof Opaque && b instanceof Opaque) return a.type === b.type && a.text === b.text;
  if (a instanceof Optional && b instanceof Optional) return a.present === b.present && (!a.present || equal(a.value, b.value));
  if (isMap(a) && isMap(b)) {
    const keys = keysOf(a);
    return keys.length === keysOf(b).length && keys.every((key) => lookUp(b, key) !== undefined && equal(lookUp(a, key), lookUp(b, key)));
  }
  return false;
}

function isNumeric(value: unknown): value is bigint | number | Uint {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

/** undefined when one of them is no number, or NaN. */
export function compareNumbers(a: unknown, b: unknown): number | undefined {
  if (!isNumeric(a) || !isNumeric(b)) return undefined;
  const [x, y] = [a instanceof Uint ? a.value : a, b instanceof Uint ? b.value : b];
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  // JavaScript compares bigint and number by value, exactly.
  return x < y ? -1 : x > y ? 1 : 0;
}

/** CEL's ordering; throws CelError for values that have none. */
export function compare(a: unknown, b: unknown): number {
  const order = compareNumbers(a, b);
  if (order !== undefined) return order;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if ((a instanceof Duration && b instanceof Duration) || (a instanceof Timestamp && b instanceof Timestamp))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  throw new CelError('no such overload');
}

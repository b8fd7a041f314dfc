/** Compiles a type's schema into a decoder. Each type is compiled once, when it is first met. */
import { getType, SCALARS, type FieldSchema, type TypeSchema } from '../../api/schema.ts';
import { setKey } from '../../wire/json/set-key.ts';
import { failType, type Context, type Decoder } from './context.ts';
import { SCALAR_TYPES } from './scalars.ts';
import { SCHEMA_PROPS_ID, SPECIAL_TYPES, unionDecoder } from './specials.ts';

/** Types with apiVersion and kind of their own that the schema does not mark, since they belong to many groups. */
const MORE_KINDS: ReadonlySet<string> = new Set(['meta/v1.DeleteOptions']);
/** An empty list of these is a request (forget who owns what), which the ownership of fields takes out before anything is stored. */
const KEPT_EMPTY = 'meta/v1.ManagedFieldsEntry';

interface Field {
  readonly name: string;
  /** Go names of the embedded structs on the way to the field; part of the path in type errors. */
  readonly embedded: readonly string[];
  readonly decode: Decoder;
  /** What is printed when the field is absent or null; undefined for most fields. */
  readonly absent: (() => unknown) | undefined;
}

/** One value (no list, no map) of a type. */
interface Single {
  readonly decode: Decoder;
  readonly goType: string;
  /** Go's zero value as printed. */
  readonly zero: () => unknown;
  /** True when `value` is the zero value of a scalar that omitempty drops. */
  readonly isZero: (value: unknown) => boolean;
  /** Structs (also Quantity, Time, ...) are printed whatever omitempty says. */
  readonly isStruct: boolean;
}

const structs = new Map<string, Decoder>();

/** The decoder of a struct type. */
export function structDecoder(id: string): Decoder {
  let decoder = structs.get(id);
  if (!decoder) {
    decoder = lazyStruct(getType(id));
    structs.set(id, decoder);
  }
  return decoder;
}

function goName(id: string): string {
  const [location = '', name = ''] = id.split('.');
  return `${location.split('/')[1] ?? ''}.${name}`;
}

// Fields are compiled at the first value: types refer to each other, and to themselves.
function lazyStruct(type: TypeSchema): Decoder {
  let fields: readonly Field[] | undefined;
  let names: Set<string> | undefined;
  const isKind = type.isKind || MORE_KINDS.has(type.id);
  const goType = goName(type.id);
  return (value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return failType(value, goType, context);
    fields ??= compileFields(type.declared, [], isKind);
    const source = value as Record<string, unknown>;
    const out: Record<string, unknown> = {};
    const seen = readFields(fields, source, out, type.name, context);
    let present = 0;
    for (const _ in source) present++;
    if (present !== seen) {
      names ??= new Set(fields.map((f) => f.name));
      reportUnknown(source, names, context);
    }
    return out;
  };
}

/** Decodes the known fields of `source` into `out`, in Go's order. Returns how many were present. */
function readFields(
  fields: readonly Field[],
  source: Record<string, unknown>,
  out: Record<string, unknown>,
  struct: string,
  context: Context,
): number {
  let seen = 0;
  for (const field of fields) {
    const raw = source[field.name];
    if (raw === undefined || raw === null) {
      if (raw === null) seen++;
      if (field.absent) out[field.name] = field.absent();
      continue;
    }
    seen++;
    const decoded = context.trace ? traced(field, raw, struct, context) : field.decode(raw, context);
    if (decoded !== undefined) out[field.name] = decoded;
  }
  return seen;
}

function traced(field: Field, raw: unknown, struct: string, context: Context): unknown {
  const trace = context.trace;
  if (!trace) return field.decode(raw, context);
  const outer = trace.struct;
  trace.struct = struct;
  trace.stack.push(...field.embedded, field.name);
  trace.path.push(trace.path.length > 0 ? `.${field.name}` : field.name);
  const decoded = field.decode(raw, context);
  trace.path.pop();
  trace.stack.length -= field.embedded.length + 1;
  trace.struct = outer;
  return decoded;
}

function reportUnknown(source: Record<string, unknown>, names: ReadonlySet<string>, context: Context): void {
  for (const key in source) {
    if (source[key] === undefined || names.has(key)) continue;
    context.unknown = true;
    if (context.trace) context.trace.unknown.push(`${context.trace.path.join('')}${context.trace.path.length > 0 ? '.' : ''}${key}`);
  }
}

function compileFields(declared: readonly FieldSchema[], embedded: readonly string[], isKind: boolean): Field[] {
  const out: Field[] = [];
  if (isKind) {
    const text = (value: unknown, context: Context) => {
      const decoded = SCALAR_TYPES.string?.decode(value, context);
      return decoded === '' ? undefined : decoded;
    };
    for (const name of ['kind', 'apiVersion']) out.push({ name, embedded: ['TypeMeta'], decode: text, absent: undefined });
  }
  for (const field of declared) {
    if (field.inline === undefined) out.push({ name: field.name, embedded, ...compileField(field) });
    else out.push(...compileFields(getType(field.type).declared, [...embedded, goEmbedded(field)], false));
  }
  return out;
}

/** Go's name of the embedded field. */
function goEmbedded(field: FieldSchema): string {
  return field.type.slice(field.type.indexOf('.') + 1);
}

function compileField(field: FieldSchema): Pick<Field, 'decode' | 'absent'> {
  const single = compileSingle(field.type);
  if (field.container === 'list') return compileList(field, single);
  if (field.container === 'map') return compileMap(field, single);
  if (field.type === 'StringList') return compileList(field, single);
  const emits = field.emitZero ?? field.required;
  if (field.pointer) return { decode: single.decode, absent: emits ? () => null : undefined };
  if (field.type === 'bytes') {
    const decode: Decoder = (value, context) => {
      const decoded = single.decode(value, context);
      return decoded === '' && !emits ? undefined : decoded;
    };
    return { decode, absent: emits ? () => null : undefined };
  }
  if (single.isStruct ? field.emitZero !== false : emits) return { decode: single.decode, absent: single.zero };
  const decode: Decoder = (value, context) => {
    const decoded = single.decode(value, context);
    return single.isZero(decoded) ? undefined : decoded;
  };
  return { decode, absent: undefined };
}

function compileSingle(id: string): Single {
  const scalar = SCALARS.has(id) ? SCALAR_TYPES[id] : undefined;
  if (scalar) {
    const { zero, goType, decode } = scalar;
    return { decode, goType, zero: () => zero, isZero: (value) => value === zero, isStruct: false };
  }
  if (id === 'StringList') {
    const decode = listDecoder(compileSingle('string'), '[]string');
    return { decode, goType: '[]string', zero: () => null, isZero: (value) => (value as unknown[]).length === 0, isStruct: false };
  }
  const special = Object.hasOwn(SPECIAL_TYPES, id) ? SPECIAL_TYPES[id] : undefined;
  if (special) return { ...special, isZero: (value) => value === null, isStruct: true };
  if (id.startsWith('JSONSchemaPropsOr')) {
    return {
      decode: unionDecoder(id, structDecoder(SCHEMA_PROPS_ID)),
      goType: `v1.${id}`,
      zero: () => null,
      isZero: (value) => value === null,
      isStruct: true,
    };
  }
  const decode = structDecoder(id);
  return { decode, goType: goName(id), zero: () => decode({}, EMPTY), isZero: () => false, isStruct: true };
}

const EMPTY: Context = { unknown: false, trace: undefined };

function listDecoder(item: Single, goType: string): Decoder {
  return (value, context) => {
    if (!Array.isArray(value)) return failType(value, goType, context);
    const items = value as unknown[];
    const out: unknown[] = new Array(items.length);
    const path = context.trace?.path;
    for (let i = 0; i < items.length; i++) {
      const raw = items[i];
      path?.push(`[${i}]`);
      out[i] = raw === null || raw === undefined ? item.zero() : item.decode(raw, context);
      path?.pop();
    }
    return out;
  };
}

/** Empty lists are dropped; a required one is printed as [] (Go prints null for a nil slice; every client reads both alike). */
function compileList(field: FieldSchema, item: Single): Pick<Field, 'decode' | 'absent'> {
  const emits = field.emitZero ?? field.required;
  const list = field.type === 'StringList' && field.container === 'one' ? item.decode : listDecoder(item, `[]${item.goType}`);
  if (emits) return { decode: list, absent: () => [] };
  const decode: Decoder = (value, context) => {
    const out = list(value, context) as unknown[];
    return out.length === 0 && field.type !== KEPT_EMPTY ? undefined : out;
  };
  return { decode, absent: undefined };
}

function compileMap(field: FieldSchema, item: Single): Pick<Field, 'decode' | 'absent'> {
  const emits = field.emitZero ?? field.required;
  const goType = field.type === 'Quantity' ? 'v1.ResourceList' : `map[string]${item.goType}`;
  const decode: Decoder = (value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return failType(value, goType, context);
    const source = value as Record<string, unknown>;
    const out: Record<string, unknown> = {};
    let count = 0;
    for (const key of sortedKeys(source)) {
      const raw = source[key];
      if (raw === undefined) continue;
      count++;
      context.trace?.path.push(context.trace.path.length > 0 ? `.${key}` : key);
      setKey(out, key, raw === null ? item.zero() : item.decode(raw, context));
      context.trace?.path.pop();
    }
    return count === 0 && !emits ? undefined : out;
  };
  return { decode, absent: emits ? () => null : undefined };
}

/** Go prints maps in byte order of their keys. Most come sorted already. */
function sortedKeys(source: Record<string, unknown>): string[] {
  const keys = Object.keys(source);
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort(compareCodePoints);
  return keys;
}

function compareCodePoints(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

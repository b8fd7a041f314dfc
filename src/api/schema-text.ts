/**
 * The notation of the `*.schema.ts` files: one line a type, one indented line a field, in Go's (and protobuf's) order.
 *
 *     type <Name> [kind] [atomic|granular] [unions=<json>]
 *       <jsonName> <protobufNumber> <type> [flags]
 *       inline <protobufNumber> <TypeName> <goName>      fields of TypeName appear here in JSON; one message in protobuf
 *
 * A type is one of SCALARS or SPECIALS below (StringList: a list of strings that is a message of its own in protobuf), a type of the
 * same file, or `<group>/<version>.<Name>`; prefixes: `*` pointer (absent and zero differ), `[]` list, `map[]` map from string.
 *
 * Flags: `required`; `emit`/`omit` (exceptions to Go's rule of what a zero value prints); `map=<keys>`, `set`, `untyped` (list type; plain
 * lists are atomic); `atomic` on a map or struct; `patch=<strategies>`, `mergeKey=<key>` where it differs from the first map key;
 * `default=<json>`; `zero=<json>` (OpenAPI v3 default that differs from the rule); `enum=<a|b|c>` to the end of the line.
 */
export interface FieldSchema {
  readonly name: string;
  /** Protobuf field number. */
  readonly number: number;
  /** Scalar or special name, or the full id `<group>/<version>.<Name>` of a type. */
  readonly type: string;
  readonly container: 'one' | 'list' | 'map';
  /** True where Go holds a pointer: absent and zero value are different things. */
  readonly pointer: boolean;
  readonly required: boolean;
  readonly emitZero?: boolean;
  readonly listType?: 'map' | 'set' | 'atomic';
  readonly listMapKeys?: readonly string[];
  /** True for maps and structs that are owned and replaced as a whole; false where the field is granular though its type is atomic. */
  readonly atomic?: boolean;
  readonly patchStrategy?: readonly string[];
  readonly patchMergeKey?: string;
  readonly default?: unknown;
  readonly openapiZero?: unknown;
  readonly enum?: readonly string[];
  /** For `inline`: Go's name of the embedded field; its fields belong to the parent in JSON. */
  readonly inline?: string;
}

export interface TypeSchema {
  /** `<group folder>/<version>.<Name>`, for example `core/v1.Pod`. */
  readonly id: string;
  readonly name: string;
  /** True for types with apiVersion and kind of their own. */
  readonly isKind: boolean;
  readonly atomic: boolean;
  readonly unions?: unknown;
  /** As declared, `inline` entries included. */
  readonly declared: readonly FieldSchema[];
}

export const SCALARS: ReadonlySet<string> = new Set(['string', 'int32', 'int64', 'bool', 'double', 'bytes']);

/** Types with a JSON form of their own. */
export const SPECIALS: ReadonlySet<string> = new Set([
  'Time',
  'MicroTime',
  'Quantity',
  'IntOrString',
  'RawExtension',
  'StringList',
  'FieldsV1',
  'JSON',
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
]);

/** Parses one schema file. `location` is `<group folder>/<version>`. Throws on an unknown flag. */
export function parseSchemaText(location: string, text: string): TypeSchema[] {
  const types: { schema: TypeSchema; declared: FieldSchema[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (line.startsWith('type ')) {
      const [, name = '', ...flags] = line.split(' ');
      const unions = flags.find((f) => f.startsWith('unions='));
      const declared: FieldSchema[] = [];
      const schema: TypeSchema = {
        id: `${location}.${name}`,
        name,
        isKind: flags.includes('kind'),
        atomic: flags.includes('atomic'),
        ...(unions !== undefined && { unions: JSON.parse(unions.slice(7)) as unknown }),
        declared,
      };
      types.push({ schema, declared });
    } else {
      types.at(-1)?.declared.push(parseField(location, line.trim()));
    }
  }
  return types.map((t) => t.schema);
}

function parseField(location: string, line: string): FieldSchema {
  const enumAt = line.indexOf(' enum=');
  const enumeration = enumAt >= 0 ? line.slice(enumAt + 6).split('|') : undefined;
  const [name = '', number = '', rawType = '', ...flags] = (enumAt >= 0 ? line.slice(0, enumAt) : line).split(' ');
  if (name === 'inline') {
    return { name: '', number: Number(number), type: qualify(location, rawType), container: 'one', pointer: false, required: false, inline: flags[0] ?? '' };
  }
  const container = rawType.startsWith('[]') ? 'list' : rawType.startsWith('map[]') ? 'map' : 'one';
  const field: Mutable<FieldSchema> = {
    name,
    number: Number(number),
    type: qualify(location, rawType.replace(/^(\[\]|map\[\]|\*)/, '')),
    container,
    pointer: rawType.startsWith('*'),
    required: false,
  };
  if (enumeration) field.enum = enumeration;
  let untyped = false;
  for (const flag of flags) {
    const eq = flag.indexOf('=');
    const key = eq < 0 ? flag : flag.slice(0, eq);
    const value = eq < 0 ? '' : flag.slice(eq + 1);
    switch (key) {
      case 'required': field.required = true; break;
      case 'emit': field.emitZero = true; break;
      case 'omit': field.emitZero = false; break;
      case 'map': field.listType = 'map'; field.listMapKeys = value.split(','); break;
      case 'set': field.listType = 'set'; break;
      case 'untyped': untyped = true; break;
      case 'atomic': if (container === 'list') field.listType = 'atomic'; else field.atomic = true; break;
      case 'granular': field.atomic = false; break;
      case 'patch': field.patchStrategy = value.split(','); break;
      case 'mergeKey': if (value !== '') field.patchMergeKey = value; break;
      case 'default': field.default = JSON.parse(value); break;
      case 'zero': field.openapiZero = JSON.parse(value); break;
      default: throw new Error(`Cannot parse schema line of ${location}: unknown flag "${flag}" in "${line}"`);
    }
  }
  if (container === 'list' && field.listType === undefined && !untyped) field.listType = 'atomic';
  if (field.listMapKeys && field.patchStrategy?.includes('merge') && field.patchMergeKey === undefined && !flags.includes('mergeKey=')) {
    const first = field.listMapKeys[0];
    if (first !== undefined) field.patchMergeKey = first;
  }
  return field;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function qualify(location: string, type: string): string {
  return SCALARS.has(type) || SPECIALS.has(type) || type.includes('/') ? type : `${location}.${type}`;
}

/** Schema registry of the built-in API: types by id, parsed on first use of their group version. */
import { parseSchemaText, type FieldSchema, type TypeSchema } from './schema-text.ts';
import { schemaTexts } from './schema-index.gen.ts';

export type { FieldSchema, TypeSchema } from './schema-text.ts';
export { SCALARS, SPECIALS } from './schema-text.ts';

const parsed = new Map<string, Map<string, TypeSchema>>();
const flattened = new WeakMap<TypeSchema, ReadonlyMap<string, FieldSchema>>();

/** The type with this id (`core/v1.Pod`), or undefined. */
export function findType(id: string): TypeSchema | undefined {
  const dot = id.indexOf('.');
  const location = id.slice(0, dot);
  let types = parsed.get(location);
  if (!types) {
    const text = schemaTexts[location];
    if (text === undefined) return undefined;
    types = new Map(parseSchemaText(location, text).map((t) => [t.name, t]));
    parsed.set(location, types);
  }
  return types.get(id.slice(dot + 1));
}

/** Like findType; throws when the id is unknown (a mistake in our own tables). */
export function getType(id: string): TypeSchema {
  const type = findType(id);
  if (!type) throw new Error(`Cannot find API type: no schema has the id ${id}`);
  return type;
}

/** The JSON fields of a type, embedded structs resolved, in Go's order. `apiVersion` and `kind` are not among them. */
export function fieldsOf(type: TypeSchema): ReadonlyMap<string, FieldSchema> {
  let fields = flattened.get(type);
  if (!fields) {
    const all = new Map<string, FieldSchema>();
    for (const field of type.declared) {
      if (field.inline === undefined) all.set(field.name, field);
      else for (const [name, inner] of fieldsOf(getType(field.type))) all.set(name, inner);
    }
    fields = all;
    flattened.set(type, fields);
  }
  return fields;
}

/** Every known type, of every group version. Parses all; for tools and OpenAPI only. */
export function allTypes(): TypeSchema[] {
  return Object.keys(schemaTexts).flatMap((location) => {
    findType(`${location}.`);
    return [...(parsed.get(location)?.values() ?? [])];
  });
}

/** Types of custom kinds for server-side apply, from their structural OpenAPI schema (kube-openapi schemaconv.ToSchemaFromOpenAPI). */
import { isObject, type JsonObject } from '../patch/values.ts';
import { builtinType } from './builtin-type.ts';
import { DEDUCED, lazy, UNTYPED, type Atom, type Lazy, type ListType, type MapType } from './type.ts';

/** `schema`: the version's openAPIV3Schema as stored in the CRD; undefined: nothing is known of its fields. */
export function structuralType(schema: Readonly<JsonObject> | undefined): Lazy {
  if (!schema) return () => DEDUCED;
  return lazy(() => {
    const atom = schemaAtom({ type: 'object', ...schema }, false);
    return atom.map ? { map: withTypeMeta(atom.map) } : atom;
  });
}

const STRING: Lazy = () => ({ scalar: 'string' });

/** Every object has these, whatever its schema says of them. */
function withTypeMeta(map: MapType): MapType {
  const fields = new Map(map.fields);
  fields.set('apiVersion', { type: STRING });
  fields.set('kind', { type: STRING });
  fields.set('metadata', { type: builtinType('meta/v1.ObjectMeta') });
  return { ...map, fields };
}

/** `open`: an outer schema preserves unknown fields. */
function schemaAtom(schema: Readonly<JsonObject>, outerOpen: boolean): Atom {
  const open = outerOpen || schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema['type']) {
    case 'object':
      return { map: objectType(schema, open) };
    case 'array':
      return { list: arrayType(schema, open) };
    case 'integer':
    case 'number':
      return { scalar: 'numeric' };
    case 'boolean':
      return { scalar: 'boolean' };
    case 'string':
      return { scalar: schema['format'] === undefined || schema['format'] === '' || schema['format'] === 'byte' ? 'string' : 'untyped' };
    default:
      // Without a type (int-or-string, anything) every form is possible.
      return { scalar: 'untyped', list: arrayType(schema, open), map: objectType(schema, open) };
  }
}

function objectType(schema: Readonly<JsonObject>, open: boolean): MapType {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const fields = new Map<string, { type: Lazy; default?: unknown }>();
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    fields.set(name, {
      type: lazy(() => schemaAtom(property, open)),
      ...(property['default'] !== undefined && { default: property['default'] }),
    });
  }
  if (schema['x-kubernetes-embedded-resource'] === true) addEmbeddedMeta(fields);
  const element = elementType(schema, open, fields.size);
  return { fields, element, relationship: schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'separable' };
}

function addEmbeddedMeta(fields: Map<string, { type: Lazy; default?: unknown }>): void {
  fields.set('apiVersion', { type: STRING });
  fields.set('kind', { type: STRING });
  fields.set('metadata', { type: builtinType('meta/v1.ObjectMeta') });
}

function elementType(schema: Readonly<JsonObject>, open: boolean, declared: number): Lazy | undefined {
  const additional = schema['additionalProperties'];
  if (isObject(additional)) return lazy(() => schemaAtom(additional, open));
  if (additional === true) return () => DEDUCED;
  if (additional === false) return undefined;
  return open || declared === 0 ? () => DEDUCED : undefined;
}

function arrayType(schema: Readonly<JsonObject>, open: boolean): ListType {
  const items = schema['items'];
  const element: Lazy = isObject(items) ? lazy(() => schemaAtom(items, open)) : () => UNTYPED;
  const keys = schema['x-kubernetes-list-map-keys'];
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return { element, relationship: 'associative', keys: Array.isArray(keys) ? (keys as string[]) : [] };
    case 'set':
      return { element, relationship: 'associative', keys: [] };
    default:
      return { element, relationship: 'atomic', keys: [] };
  }
}

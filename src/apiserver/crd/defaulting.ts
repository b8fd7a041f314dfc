/** Fills in the defaults of a structural schema (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting). */
import { isObject, itemSchema, type JsonObject, type Structural } from './structural.ts';

/** In place. Null where null is not allowed counts as absent when there is a default. */
export function applyDefaults(value: unknown, schema: Structural): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    if (!items) return;
    value.forEach((item, i) => {
      if (item === null && items.default !== undefined && !items.nullable) value[i] = structuredClone(items.default);
      applyDefaults(value[i], items);
    });
  } else if (isObject(value)) defaultObject(value, schema);
}

function defaultObject(object: JsonObject, schema: Structural): void {
  for (const [name, raw] of Object.entries(schema.properties ?? {})) {
    const property = raw as Structural;
    const missing = !Object.hasOwn(object, name) || (object[name] === null && !property.nullable);
    if (missing && property.default !== undefined) object[name] = structuredClone(property.default);
    if (Object.hasOwn(object, name)) applyDefaults(object[name], property);
  }
  if (!isObject(schema.additionalProperties)) return;
  const additional = schema.additionalProperties as Structural;
  for (const [name, value] of Object.entries(object)) {
    if (schema.properties && Object.hasOwn(schema.properties, name)) continue;
    if (value === null && additional.default !== undefined && !additional.nullable) object[name] = structuredClone(additional.default);
    applyDefaults(object[name], additional);
  }
}

const withDefaults = new WeakMap<object, boolean>();

/** Whether a schema has a default anywhere. */
export function hasDefaults(schema: Structural | undefined): boolean {
  if (!schema) return false;
  let known = withDefaults.get(schema);
  if (known === undefined) {
    const below = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties].filter(isObject);
    known = below.some((sub) => sub['default'] !== undefined || hasDefaults(sub as Structural));
    withDefaults.set(schema, known);
  }
  return known;
}

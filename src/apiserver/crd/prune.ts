/** Drops what a structural schema does not know (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning). */
import { isObject, itemSchema, preservesUnknown, propertySchema, type JsonObject, type Structural } from './structural.ts';

/** Fields of every object, whatever the schema says. */
const ROOT_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/** Prunes in place; returns the paths of what was dropped. */
export function prune(object: JsonObject, schema: Structural): string[] {
  const dropped: string[] = [];
  pruneObject(object, schema, '', true, dropped);
  return dropped;
}

function pruneValue(value: unknown, schema: Structural | undefined, path: string, dropped: string[]): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    value.forEach((item, i) => pruneValue(item, items, `${path}[${i}]`, dropped));
  } else if (isObject(value)) pruneObject(value, schema, path, schema['x-kubernetes-embedded-resource'] === true, dropped);
}

function pruneObject(object: JsonObject, schema: Structural, path: string, isResource: boolean, dropped: string[]): void {
  const keeps = preservesUnknown(schema) || schema.additionalProperties === true;
  for (const key of Object.keys(object)) {
    if (isResource && ROOT_FIELDS.has(key)) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const sub = propertySchema(schema, key);
    if (sub) pruneValue(object[key], sub, at, dropped);
    else if (!keeps) {
      delete object[key];
      dropped.push(at);
    }
  }
}

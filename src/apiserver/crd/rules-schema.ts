/** Custom resources' schemas as types of expressions, and their values as CEL sees them. */
import { DYN, type CelType } from '../../machinery/cel/checker.ts';
import { unescapeField } from '../../machinery/cel/field-names.ts';
import { parseDuration, parseTimestamp } from '../../machinery/cel/time.ts';
import { Duration, makeMap, Timestamp } from '../../machinery/cel/values.ts';
import { isObject, itemSchema, preservesUnknown, propertySchema, type Structural } from './structural.ts';

export function schemaType(schema: Structural | undefined): CelType {
  if (!schema || schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'integer':
      return { kind: 'int' };
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return { kind: 'bool' };
    case 'string':
      return FORMATS.has(schema.format ?? '') ? DYN : { kind: 'string' };
    case 'array':
      return { kind: 'list', element: schemaType(itemSchema(schema)) };
    case 'object':
      return objectType(schema);
    default:
      return DYN;
  }
}

const FORMATS = new Set(['date', 'date-time', 'duration', 'byte']);
const RESOURCE_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

function objectType(schema: Structural): CelType {
  if (isObject(schema.additionalProperties)) return { kind: 'map', value: schemaType(schema.additionalProperties as Structural) };
  const field = (name: string): CelType | undefined => {
    const declared = propertySchema(schema, name) ?? propertySchema(schema, unescapeField(name));
    if (declared) return schemaType(declared);
    return preservesUnknown(schema) || (schema['x-kubernetes-embedded-resource'] && RESOURCE_FIELDS.has(name)) ? DYN : undefined;
  };
  return { kind: 'object', name: 'object', field };
}

/** Of the whole resource: metadata shows name and generateName. */
export function resourceType(schema: Structural): CelType {
  const type = schemaType(schema);
  if (type.kind !== 'object') return type;
  const metadata: CelType = {
    kind: 'object',
    name: 'object',
    field: (name) => (name === 'name' || name === 'generateName' ? { kind: 'string' } : undefined),
  };
  const own: Record<string, CelType> = { apiVersion: { kind: 'string' }, kind: { kind: 'string' }, metadata };
  return { ...type, field: (name) => (Object.hasOwn(own, name) ? own[name] : type.field(name)) };
}

const needs = new WeakMap<Structural, boolean>();

/** Does JSON not say what the value is: times, bytes, doubles without a fraction? */
function needsTyping(schema: Structural): boolean {
  let known = needs.get(schema);
  if (known === undefined) {
    needs.set(schema, false);
    const inner = [itemSchema(schema), ...Object.values(schema.properties ?? {}), schema.additionalProperties].filter(
      (s): s is Structural => isObject(s),
    );
    known = schema.type === 'number' || (schema.type === 'string' && FORMATS.has(schema.format ?? '')) || inner.some(needsTyping);
    needs.set(schema, known);
  }
  return known;
}

export function typedValue(value: unknown, schema: Structural): unknown {
  if (value === null || value === undefined || !needsTyping(schema)) return value;
  if (schema['x-kubernetes-int-or-string']) return value;
  if (schema.type === 'number') return Number(value);
  if (typeof value === 'string') return typedText(value, schema.format ?? '');
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    return items ? value.map((item) => typedItem(item, items)) : value;
  }
  if (!isObject(value)) return value;
  return makeMap(Object.entries(value).map(([key, v]) => [key, typedItem(v, propertySchema(schema, key) ?? {})]));
}

/** Lists and maps made here are read as they are: whole numbers have to be int already. */
function typedItem(value: unknown, schema: Structural): unknown {
  if (schema.type !== 'number' && typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typedValue(value, schema);
}

function typedText(value: string, format: string): unknown {
  if (format === 'date') return new Timestamp(parseTimestamp(`${value}T00:00:00Z`));
  if (format === 'date-time') return new Timestamp(parseTimestamp(value));
  if (format === 'duration') return new Duration(parseDuration(value));
  return format === 'byte' ? Buffer.from(value, 'base64') : value;
}

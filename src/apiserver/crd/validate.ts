/** Validates a value against an OpenAPI v3 schema, with the texts of upstream's validator (k8s.io/kube-openapi/pkg/validation). */
import { isDeepStrictEqual } from 'node:util';
import { RE2JS } from 're2js';
import { FieldError, invalid, notSupported, required, tooLong, tooMany, typeInvalid, type FieldPath, fieldPath } from '../../machinery/field.ts';
import { isValidFormat } from './formats.ts';
import { isObject, itemSchema, type JsonObject, type Structural } from './structural.ts';

const MAX_ERRORS = 100;

/** Errors of the whole object. metadata is checked elsewhere. */
export function validateCustomResource(object: JsonObject, schema: Structural): FieldError[] {
  const { metadata: _metadata, ...rest } = object;
  const { properties, ...others } = schema;
  const { metadata: _schema, ...declared } = properties ?? {};
  return validateValue(rest, { ...others, ...(properties && { properties: declared }) } as Structural, undefined).slice(0, MAX_ERRORS);
}

export function validateValue(value: unknown, schema: Structural, path: FieldPath | undefined): FieldError[] {
  const at = path ?? fieldPath('<nil>');
  const name = path ? path.toString() : '';
  if (value === null || value === undefined) {
    if (schema.nullable || !schema.type) return [];
    return [typeInvalid(at, 'null', `${name} in body must be of type ${schema.type}: "null"`)];
  }
  const wrongType = checkType(value, schema, at, name);
  if (wrongType) return [wrongType];
  const errors = [...checkEnum(value, schema, at), ...checkCombinations(value, schema, path, at, name)];
  if (typeof value === 'string') errors.push(...checkString(value, schema, at, name));
  else if (typeof value === 'number' || typeof value === 'bigint') errors.push(...checkNumber(Number(value), schema, at, name));
  else if (Array.isArray(value)) errors.push(...checkArray(value, schema, path, at, name));
  else if (isObject(value)) errors.push(...checkObject(value, schema, path, at, name));
  return errors;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

function checkType(value: unknown, schema: Structural, at: FieldPath, name: string): FieldError | undefined {
  const is = typeName(value);
  if (schema['x-kubernetes-int-or-string']) {
    return is === 'integer' || is === 'string' ? undefined : typeInvalid(at, is, `${name} in body must be of type integer,string: ${JSON.stringify(is)}`);
  }
  const { type } = schema;
  if (!type || type === is || (type === 'number' && is === 'integer')) return undefined;
  return typeInvalid(at, is, `${name} in body must be of type ${type}: ${JSON.stringify(is)}`);
}

function checkEnum(value: unknown, schema: Structural, at: FieldPath): FieldError[] {
  const { enum: allowed } = schema;
  if (!allowed || allowed.some((v) => isDeepStrictEqual(v, value))) return [];
  return [notSupported(at, value, allowed.map((v) => (typeof v === 'string' ? v : JSON.stringify(v))))];
}

const patterns = new Map<string, RE2JS | undefined>();

/** Compiled once; undefined for what Go's regexp refuses (refused when the definition was made). */
export function compilePattern(pattern: string): RE2JS | undefined {
  if (!patterns.has(pattern)) {
    try {
      patterns.set(pattern, RE2JS.compile(pattern));
    } catch {
      // The definition's validation reports it; here it matches nothing.
      patterns.set(pattern, undefined);
    }
  }
  return patterns.get(pattern);
}

function checkString(value: string, schema: Structural, at: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(at, value, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength) errors.push(invalid(at, value, `${name} in body should be at least ${schema.minLength} chars long`));
  if (schema.pattern && !compilePattern(schema.pattern)?.matcher(value).find()) errors.push(invalid(at, value, `${name} in body should match '${schema.pattern}'`));
  if (schema.format && !isValidFormat(schema.format, value)) errors.push(invalid(at, value, `${name} in body must be of type ${schema.format}: ${JSON.stringify(value)}`));
  return errors;
}

function checkNumber(value: number, schema: Structural, at: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) errors.push(invalid(at, value, `${name} in body should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) errors.push(invalid(at, value, `${name} in body should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  if (multipleOf && !Number.isInteger(value / multipleOf)) errors.push(invalid(at, value, `${name} in body should be a multiple of ${multipleOf}`));
  if (schema.format === 'int32' && (value < -2147483648 || value > 2147483647)) errors.push(invalid(at, value, `${name} in body must be of type int32: ${JSON.stringify(String(value))}`));
  return errors;
}

function checkArray(value: unknown[], schema: Structural, path: FieldPath | undefined, at: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) errors.push(tooMany(at, value.length, schema.maxItems));
  if (schema.minItems !== undefined && value.length < schema.minItems) errors.push(invalid(at, value.length, `${name} in body should have at least ${schema.minItems} items`));
  if (schema.uniqueItems && new Set(value.map((v) => JSON.stringify(v))).size < value.length) errors.push(new FieldError('FieldValueDuplicate', at, value, ''));
  errors.push(...checkListType(value, schema, at));
  const items = itemSchema(schema);
  if (items) value.forEach((item, i) => errors.push(...validateValue(item, items, (path ?? at).index(i))));
  return errors;
}

/** Sets and maps hold each key once. */
function checkListType(value: unknown[], schema: Structural, at: FieldPath): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  value.forEach((item, i) => {
    const shown = type === 'set' ? item : Object.fromEntries(keys.filter((k) => isObject(item) && k in item).map((k) => [k, (item as JsonObject)[k]]));
    const id = JSON.stringify(shown);
    if (seen.has(id)) errors.push(new FieldError('FieldValueDuplicate', at.index(i), shown, ''));
    seen.add(id);
  });
  return errors;
}

function checkObject(value: JsonObject, schema: Structural, path: FieldPath | undefined, at: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const keys = Object.keys(value);
  const child = (key: string) => (path ? path.child(key) : fieldPath(key));
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) errors.push(new FieldError('FieldValueTooMany', at, keys.length, `must have at most ${schema.maxProperties} items`));
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) errors.push(invalid(at, keys.length, `${name} in body should have at least ${schema.minProperties} properties`));
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) errors.push(required(child(key), ''));
  for (const key of keys) {
    const declared = schema.properties && Object.hasOwn(schema.properties, key) ? (schema.properties[key] as Structural) : undefined;
    if (declared) errors.push(...validateValue(value[key], declared, child(key)));
    else if (isObject(schema.additionalProperties)) errors.push(...validateValue(value[key], schema.additionalProperties as Structural, path ? path.key(key) : fieldPath(key)));
    else if (schema.additionalProperties === false) errors.push(invalid(child(key), value[key], `${name}.${key} in body is a forbidden property`));
  }
  return errors;
}

function checkCombinations(value: unknown, schema: Structural, path: FieldPath | undefined, at: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const passes = (sub: unknown) => validateValue(value, sub as Structural, path).length === 0;
  for (const sub of schema.allOf ?? []) errors.push(...validateValue(value, sub as Structural, path));
  if (schema.anyOf && !schema['x-kubernetes-int-or-string'] && !schema.anyOf.some(passes)) errors.push(invalid(at, value, `${JSON.stringify(name)} must validate at least one schema (anyOf)`));
  if (schema.oneOf) {
    const matched = schema.oneOf.filter(passes).length;
    if (matched === 0) errors.push(invalid(at, value, `${JSON.stringify(name)} must validate one and only one schema (oneOf). Found none valid`));
    if (matched > 1) errors.push(invalid(at, value, `${JSON.stringify(name)} must validate one and only one schema (oneOf). Found ${matched} valid alternatives`));
  }
  if (schema.not && passes(schema.not)) errors.push(invalid(at, value, `${JSON.stringify(name)} must not validate the schema (not)`));
  return errors;
}

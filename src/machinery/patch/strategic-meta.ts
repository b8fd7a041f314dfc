/** What a strategic merge needs to know of a type: how each field merges. */
import { fieldsOf, findType, getType, type FieldSchema, type TypeSchema } from '../../api/schema.ts';
import { goQuote } from '../../wire/json/go-text.ts';

/** A patch that strategic merge cannot apply for a reason upstream answers with 500. */
export class StrategicMergeError extends Error {}

export interface FieldMeta {
  /** Of the field's struct, or of its items; undefined for maps and raw JSON, which have no fields. */
  readonly type: TypeSchema | undefined;
  readonly isList: boolean;
  readonly strategy: 'merge' | 'replace' | '';
  readonly mergeKey: string;
  /** Go's kind, for messages. */
  readonly goKind: string;
}

const cache = new WeakMap<FieldSchema, FieldMeta>();

export function fieldMeta(type: TypeSchema | undefined, name: string): FieldMeta {
  if (!type) throw new StrategicMergeError('merging an object in json but data type is not struct, instead is: map');
  const field = fieldsOf(type).get(name);
  if (!field) throw new StrategicMergeError(`unable to find api field in struct ${type.name} for the json field ${goQuote(name)}`);
  let meta = cache.get(field);
  if (!meta) {
    const strategy = (field.patchStrategy ?? []).find((s) => s !== 'retainKeys') ?? '';
    meta = {
      type: field.container === 'map' ? undefined : structOf(field.type),
      isList: field.container === 'list' || field.type === 'StringList',
      strategy: strategy === 'merge' || strategy === 'replace' ? strategy : '',
      mergeKey: field.patchMergeKey ?? '',
      goKind: field.container === 'map' ? 'map' : 'struct',
    };
    cache.set(field, meta);
  }
  return meta;
}

/** The same, of a field that must be a list. */
export function listMeta(type: TypeSchema | undefined, name: string): FieldMeta {
  const meta = fieldMeta(type, name);
  if (!meta.isList) throw new StrategicMergeError('expected slice or array type, but got: struct');
  return meta;
}

function structOf(id: string): TypeSchema | undefined {
  if (id.startsWith('JSONSchemaPropsOr')) return getType('apiextensions/v1.JSONSchemaProps');
  return id.includes('/') ? findType(id) : undefined;
}

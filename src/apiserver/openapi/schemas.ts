/** Schemas of built-in types for OpenAPI v2 and v3, from the API's own tables and documentation. */
import { fieldsOf, findType, SPECIALS, type FieldSchema, type TypeSchema } from '../../api/schema.ts';
import { groupOfFolder, openapiName, SPECIAL_SCHEMAS } from './names.ts';

export type Json = Record<string, unknown>;
export type OpenApiVersion = 2 | 3;
export type Docs = Readonly<Record<string, { readonly d?: string; readonly f?: Readonly<Record<string, string>> }>>;

const SCALAR: Record<string, Json> = {
  string: { type: 'string' }, bool: { type: 'boolean' }, int32: { type: 'integer', format: 'int32' }, int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' }, bytes: { type: 'string', format: 'byte' },
};

const TYPE_META: Json = {
  apiVersion: { type: 'string', description: 'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources' },
  kind: { type: 'string', description: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds' },
};

/** Kinds of apimachinery that carry apiVersion and kind without being resources. */
const META_KINDS = new Set(['Status', 'DeleteOptions', 'APIResourceList', 'APIGroup', 'APIGroupList', 'APIVersions', 'WatchEvent']);

/** Collects the schemas of types and of everything they refer to. */
export class SchemaCollector {
  readonly schemas: Json = {};
  readonly #version: OpenApiVersion;
  readonly #docs: Docs;

  constructor(version: OpenApiVersion, docs: Docs) {
    this.#version = version;
    this.#docs = docs;
  }

  /** Reference to a type by id; adds its schema. */
  ref(typeId: string): string {
    const name = openapiName(typeId);
    if (!(name in this.schemas)) {
      this.schemas[name] = {};
      const type = SPECIALS.has(typeId) ? undefined : findType(typeId);
      this.schemas[name] = type ? this.#struct(type) : this.#special(typeId);
    }
    return this.#version === 2 ? `#/definitions/${name}` : `#/components/schemas/${name}`;
  }

  #special(typeId: string): unknown {
    if (typeId === 'IntOrString' && this.#version === 3) {
      return { description: SPECIAL_SCHEMAS['IntOrString']?.['description'], format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    }
    if (typeId === 'Quantity' && this.#version === 3) return { description: SPECIAL_SCHEMAS['Quantity']?.['description'], oneOf: [{ type: 'string' }, { type: 'number' }] };
    return SPECIAL_SCHEMAS[typeId] ?? { type: 'object' };
  }

  #struct(type: TypeSchema): Json {
    const docs = this.#docs[type.id];
    const properties: Json = {};
    const required: string[] = [];
    const isKind = type.isKind || (type.id.startsWith('meta/v1.') && META_KINDS.has(type.name)) || /^[a-z]+\/v[^.]+\.[A-Za-z]+List$/.test(type.id);
    if (isKind) Object.assign(properties, TYPE_META);
    for (const [name, field] of fieldsOf(type)) {
      properties[name] = this.#field(field, docs?.f?.[name]);
      if (field.required) required.push(name);
    }
    return {
      ...(docs?.d && { description: docs.d }),
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required: required.sort() }),
      ...(type.atomic && { 'x-kubernetes-map-type': 'atomic' }),
      ...(type.unions !== undefined && { 'x-kubernetes-unions': type.unions }),
      ...(isKind && { 'x-kubernetes-group-version-kind': gvks(type) }),
    };
  }

  #field(field: FieldSchema, description: string | undefined): Json {
    const extensions: Json = {
      ...(field.listMapKeys && { 'x-kubernetes-list-map-keys': field.listMapKeys }),
      ...(field.listType && { 'x-kubernetes-list-type': field.listType }),
      ...(field.atomic && { 'x-kubernetes-map-type': 'atomic' }),
      ...(field.patchMergeKey && { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
      ...(field.patchStrategy && { 'x-kubernetes-patch-strategy': field.patchStrategy.join(',') }),
    };
    const documented = description ? { description } : {};
    if (field.container === 'list') return { ...documented, type: 'array', items: this.#value(field, 'item'), ...extensions };
    if (field.container === 'map') return { ...documented, type: 'object', additionalProperties: this.#value(field, 'item'), ...extensions };
    return { ...documented, ...this.#value(field, 'field'), ...extensions };
  }

  #value(field: FieldSchema, place: 'field' | 'item'): Json {
    const { type } = field;
    if (type === 'StringList') return { type: 'array', items: { type: 'string', ...(this.#version === 3 && { default: '' }) } };
    const scalar = SCALAR[type];
    const enumeration = field.enum ? { enum: field.enum } : {};
    if (scalar) return { ...scalar, ...enumeration, ...this.#default(field, place) };
    const $ref = this.ref(type);
    if (this.#version === 2) return { $ref };
    return { ...this.#default(field, place), allOf: [{ $ref }] };
  }

  /** OpenAPI v3 tells what an absent required value becomes. */
  #default(field: FieldSchema, place: 'field' | 'item'): Json {
    if (this.#version === 2) return {};
    if (place === 'field' && field.default !== undefined) return { default: field.default };
    if (place === 'field' && field.openapiZero !== undefined) return field.openapiZero === null ? {} : { default: field.openapiZero };
    if (place === 'field' && !field.required && !(field.type.includes('/') && !field.pointer)) return {};
    const zero = ZERO[field.type] ?? (field.type.includes('/') ? {} : undefined);
    return zero === undefined ? {} : { default: zero };
  }
}

const ZERO: Record<string, unknown> = { string: '', int32: 0, int64: 0, double: 0, bool: false };

function gvks(type: TypeSchema): Json[] {
  const [folder = '', rest = ''] = type.id.split('/');
  const version = rest.split('.')[0] ?? '';
  return [{ group: folder === 'meta' ? '' : groupOfFolder(folder), kind: type.name, version }];
}

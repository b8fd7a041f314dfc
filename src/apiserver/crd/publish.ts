/** OpenAPI documents of custom resources (k8s.io/apiextensions-apiserver/pkg/controller/openapi). */
import type { CustomResourceDefinition } from '../../api/apiextensions/v1.gen.ts';
import type { ForeignDocument } from '../openapi/openapi.ts';
import { resourcePaths, type BodyRefs } from '../openapi/paths.ts';
import type { Docs, Json, OpenApiVersion } from '../openapi/schemas.ts';
import { SchemaCollector } from '../openapi/schemas.ts';
import { hasCondition } from '../registry/apiextensions/customresourcedefinitions/conditions.ts';
import { customDefinition } from './custom-resource.ts';
import { isObject, preservesUnknown, type Structural } from './structural.ts';

/** One document for each group version that established definitions serve. */
export function customDocuments(definitions: readonly CustomResourceDefinition[], docs: Docs, title: Json): ForeignDocument[] {
  const byVersion = new Map<string, { group: string; version: string; v2: { definitions: Json; paths: Json }; v3: { schemas: Json; paths: Json } }>();
  for (const crd of definitions) {
    if (!hasCondition(crd, 'Established')) continue;
    for (const version of crd.spec.versions.filter((v) => v.served)) {
      const { group } = crd.spec;
      const key = `${group}/${version.name}`;
      let document = byVersion.get(key);
      if (!document) byVersion.set(key, (document = { group, version: version.name, v2: { definitions: {}, paths: {} }, v3: { schemas: {}, paths: {} } }));
      const schema = version.schema?.openAPIV3Schema as Structural | undefined;
      const v2 = publishVersion(crd, version.name, schema, 2, docs);
      const v3 = publishVersion(crd, version.name, schema, 3, docs);
      Object.assign(document.v2.definitions, v2.schemas);
      Object.assign(document.v2.paths, v2.paths);
      Object.assign(document.v3.schemas, v3.schemas);
      Object.assign(document.v3.paths, v3.paths);
    }
  }
  return [...byVersion.values()].map(({ group, version, v2, v3 }) => ({
    group, version, v2,
    v3: { openapi: '3.0.0', info: title, paths: v3.paths, components: { schemas: v3.schemas } },
  }));
}

function publishVersion(crd: CustomResourceDefinition, version: string, schema: Structural | undefined, openapi: OpenApiVersion, docs: Docs): { schemas: Json; paths: Json } {
  const { group, names } = crd.spec;
  const definition = crd.spec.versions.find((v) => v.name === version);
  if (!definition) return { schemas: {}, paths: {} };
  const collector = new SchemaCollector(openapi, docs);
  const root = openapi === 2 ? '#/definitions/' : '#/components/schemas/';
  const name = `${group.split('.').reverse().join('.')}.${version}.${names.kind}`;
  const resource = customDefinition(crd, definition);
  const ref = (id: string): Json => (openapi === 2 ? { $ref: collector.ref(id) } : { allOf: [{ $ref: collector.ref(id) }] });
  const lax = !schema || (openapi === 2 && (preservesUnknown(schema) || crd.spec.preserveUnknownFields === true));
  const shown: Json = lax ? { type: 'object' } : openapi === 2 ? toV2(schema) : (structuredClone(schema) as Json);
  if (!lax) {
    const typeMeta = TYPE_META;
    shown['properties'] = { ...typeMeta, metadata: { description: "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata", ...ref('meta/v1.ObjectMeta') }, ...withoutTypeMeta(shown['properties'] as Json | undefined) };
  }
  shown['x-kubernetes-group-version-kind'] = [{ group, kind: names.kind, version }];
  collector.schemas[name] = shown;
  const listName = `${name}List`;
  collector.schemas[listName] = {
    description: `${resource.listKind} is a list of ${names.kind}`, type: 'object', required: ['items'],
    properties: { ...TYPE_META, items: { description: `List of ${names.plural}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`, type: 'array', items: { $ref: root + name } }, metadata: { description: 'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds', ...ref('meta/v1.ListMeta') } },
    'x-kubernetes-group-version-kind': [{ group, kind: resource.listKind, version }],
  };
  const refs: BodyRefs = {
    object: { $ref: root + name },
    list: { $ref: root + listName },
    status: { $ref: collector.ref('meta/v1.Status') },
    deleteOptions: { $ref: collector.ref('meta/v1.DeleteOptions') },
    subresource: (sub) => (sub.name === 'scale' ? { $ref: collector.ref('autoscaling/v1.Scale') } : { $ref: root + name }),
  };
  return { paths: resourcePaths(resource, refs, openapi), schemas: collector.schemas };
}

const TYPE_META: Json = {
  apiVersion: { type: 'string', description: 'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources' },
  kind: { type: 'string', description: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds' },
};

function withoutTypeMeta(properties: Json | undefined): Json {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = properties ?? {};
  return rest;
}

/** OpenAPI v2 knows no nullable, oneOf, anyOf, not; and its readers trip over properties beside preserved unknown fields. */
function toV2(schema: Structural): Json {
  const { nullable, anyOf: _anyOf, oneOf: _oneOf, not: _not, allOf: _allOf, ...rest } = schema;
  const out = { ...rest } as Json;
  if (nullable) {
    delete out['type'];
    delete out['items'];
    delete out['properties'];
    return out;
  }
  if (preservesUnknown(schema)) {
    delete out['items'];
    delete out['properties'];
    return out;
  }
  if (schema.properties) out['properties'] = Object.fromEntries(Object.entries(schema.properties).map(([name, sub]) => [name, toV2(sub as Structural)]));
  if (isObject(schema.items)) out['items'] = toV2(schema.items as Structural);
  if (isObject(schema.additionalProperties)) out['additionalProperties'] = toV2(schema.additionalProperties as Structural);
  return out;
}

/** From a CustomResourceDefinition to what is served for each of its versions. */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/apiextensions/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { ALL_VERBS, groupVersionString, type ResourceDefinition, type SubresourceDefinition } from '../../api/surface.ts';
import { fieldPath, invalid, toInvalid } from '../../machinery/field.ts';
import type { Admission } from '../handlers/admit.ts';
import type { Registry } from '../registry/registry.ts';
import type { FieldManagement, ObjectSubresource, ServedResource, SubresourceHandler, VersionConversion } from '../served-resource.ts';
import { makeScale, SCALE_KIND, scaleCodec } from '../subresources/scale.ts';
import { viewSubresource, type View } from '../subresources/view.ts';
import { customCodec } from './custom-codec.ts';
import { customStrategy, type CustomRules } from './custom-strategy.ts';
import { customTable } from './custom-table.ts';
import { evaluate, parseJsonPath } from './json-path.ts';
import { applyDefaults, hasDefaults } from './defaulting.ts';
import type { Structural } from './structural.ts';

export interface CustomResourceDeps {
  readonly registry: Registry;
  readonly admission: Admission;
  /** Reads the definition as it is now: its schema may have changed since the resource was put on the air. */
  current(): CustomResourceDefinition | undefined;
  fields(definition: ResourceDefinition, schema: Structural | undefined): FieldManagement;
  /** Conversion between two versions by the definition's webhook; undefined: only apiVersion changes. */
  convertWith?(crd: CustomResourceDefinition): ((object: AnyObject, toVersion: string) => Promise<AnyObject>) | undefined;
  validateRules?(schema: Structural): CustomRules['validateRules'];
}

export function storageVersion(crd: CustomResourceDefinition): CustomResourceDefinitionVersion | undefined {
  return crd.spec.versions.find((v) => v.storage);
}

export function customDefinition(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): ResourceDefinition {
  const { group, scope } = crd.spec;
  const names = crd.status?.acceptedNames ?? crd.spec.names;
  const subresources: SubresourceDefinition[] = [];
  if (version.subresources?.status) subresources.push({ name: 'status', kind: names.kind, group, version: version.name, verbs: ['get', 'patch', 'update'] });
  if (version.subresources?.scale) subresources.push({ name: 'scale', ...SCALE_KIND, verbs: ['get', 'patch', 'update'] });
  return {
    group, version: version.name, resource: names.plural, singular: names.singular ?? names.kind.toLowerCase(), kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    verbs: ALL_VERBS,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources,
    storedAs: { group, version: storageVersion(crd)?.name ?? version.name },
    schemaId: '',
    servedByDefault: true,
  };
}

export function servedCustom(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion, deps: CustomResourceDeps): ServedResource {
  const definition = customDefinition(crd, version);
  const schema = version.schema?.openAPIV3Schema as Structural | undefined;
  const strategy = customStrategy(() => rulesOf(deps));
  const store = deps.registry.store({ ...definition, version: definition.storedAs.version }, strategy);
  const special = new Map<string, SubresourceHandler>();
  const objectLike = new Map<string, ObjectSubresource>();
  for (const sub of definition.subresources) {
    if (sub.name === 'scale') special.set('scale', viewSubresource(scaleOf(version), deps));
    else objectLike.set(sub.name, { definition: sub, part: 'status' });
  }
  const converts = deps.convertWith?.(crd) !== undefined;
  return {
    definition, store,
    codec: customCodec(definition, schema, crd.spec.preserveUnknownFields === true),
    fields: deps.fields(definition, schema),
    ...((hasSeveralForms(crd) || hasDefaults(schema)) && { convert: conversion(crd, version.name, schema, deps) }),
    table: customTable(version.additionalPrinterColumns),
    selectable: selectableOf(version),
    ...(converts && { convertsSlowly: true }),
    protobuf: false,
    subresources: special,
    objectSubresources: objectLike,
  };
}

function selectableOf(version: CustomResourceDefinitionVersion): NonNullable<ServedResource['selectable']> {
  const paths = (version.selectableFields ?? []).map((f) => ({ name: f.jsonPath.slice(1), path: parseJsonPath(f.jsonPath) }));
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
  return { names: paths.map((p) => p.name), read: (object) => Object.fromEntries(paths.map(({ name, path }) => [name, text(evaluate(path, object)[0])])) };
}

/** Objects stored before a default was added show it all the same. */
function defaulted(object: AnyObject, schema: Structural | undefined): AnyObject {
  if (!schema || !hasDefaults(schema)) return object;
  const copy = structuredClone(object);
  applyDefaults(copy, schema);
  return copy;
}

/** With one version only, what is stored is what is served. */
function hasSeveralForms(crd: CustomResourceDefinition): boolean {
  return crd.spec.versions.length > 1 || (crd.status?.storedVersions ?? []).some((v) => v !== crd.spec.versions[0]?.name);
}

function rulesOf(deps: CustomResourceDeps): CustomRules {
  const crd = deps.current();
  const version = crd && storageVersion(crd);
  const schema = version?.schema?.openAPIV3Schema as Structural | undefined;
  const validateRules = schema && deps.validateRules?.(schema);
  return {
    hasStatus: version?.subresources?.status !== undefined,
    schema,
    selectable: (version?.selectableFields ?? []).map((f) => f.jsonPath),
    ...(validateRules && { validateRules }),
  };
}

/** Objects are stored in the storage version of their time; every reader gets the version it asked for. */
function conversion(crd: CustomResourceDefinition, version: string, schema: Structural | undefined, deps: CustomResourceDeps): VersionConversion {
  const { group } = crd.spec;
  const to = (object: AnyObject, target: string): AnyObject | Promise<AnyObject> => {
    const apiVersion = groupVersionString({ group, version: target });
    if (object.apiVersion === apiVersion) return object;
    const webhook = deps.convertWith?.(deps.current() ?? crd);
    return webhook ? webhook(object, apiVersion) : { ...object, apiVersion };
  };
  return {
    fromStored: (object) => {
      const converted = to(object, version);
      return converted instanceof Promise ? converted.then((o) => defaulted(o, schema)) : defaulted(converted, schema);
    },
    toStored: (object) => to(object, storageVersion(deps.current() ?? crd)?.name ?? version),
  };
}

function scaleOf(version: CustomResourceDefinitionVersion): View {
  const paths = version.subresources?.scale;
  const read = (object: AnyObject, path: string | undefined): unknown => (path ? evaluate(parseJsonPath(path), object)[0] : undefined);
  return {
    kind: SCALE_KIND,
    codec: scaleCodec,
    show: (parent) => {
      const selector = read(parent, paths?.labelSelectorPath);
      return makeScale(parent, Number(read(parent, paths?.specReplicasPath) ?? 0), Number(read(parent, paths?.statusReplicasPath) ?? 0), typeof selector === 'string' ? selector : undefined);
    },
    write(parent, view) {
      const replicas = ((view as { spec?: { replicas?: number } }).spec?.replicas ?? 0);
      if (replicas < 0) throw toInvalid(SCALE_KIND, parent.metadata.name, [invalid(fieldPath('spec', 'replicas'), replicas, 'should be a non-negative integer')]);
      setAt(parent, paths?.specReplicasPath ?? '.spec.replicas', replicas);
      return parent;
    },
  };
}

function setAt(object: AnyObject, path: string, value: unknown): void {
  const names = path.split('.').filter((s) => s !== '');
  let at: Record<string, unknown> = object;
  for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
  at[names.at(-1) ?? ''] = value;
}

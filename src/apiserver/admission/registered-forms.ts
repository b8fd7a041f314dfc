import type { AnyObject, GroupVersionKind, GroupVersionResource } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import { builtinTypeId } from '../../machinery/type-id.ts';
import { kindCodec } from '../registry/codec.ts';
import type { ObjectCodec, ServedResource } from '../served-resource.ts';
import type { ObjectForms, ServedForm } from './object-forms.ts';

/** What it needs of the registry. */
export interface ServedLookup {
  find(group: string, version: string, resource: string): ServedResource | undefined;
  findKind(group: string, version: string, kind: string): ServedResource | undefined;
  allServed(): readonly ServedResource[];
}

/** Forms of the resources that are on the air. */
export function registeredForms(registry: ServedLookup): ObjectForms {
  const servedAs = (object: AnyObject): ServedResource | undefined => {
    const [group, version] = splitVersion(object.apiVersion);
    return registry.findKind(group, version, object.kind);
  };
  return {
    equivalents({ group, version, resource }, subresource) {
      const store = registry.find(group, version, resource)?.store;
      return registry.allServed().flatMap((served) => (store && served.store === store ? formOf(served, subresource) : []));
    },
    async convert(object, to) {
      const apiVersion = groupVersionString(to);
      if (object.apiVersion === apiVersion && object.kind === to.kind) return object;
      const source = servedAs(object);
      const target = registry.findKind(to.group, to.version, to.kind);
      if (!source || !target) return { ...object, apiVersion, kind: to.kind };
      const stored = source.convert ? await source.convert.toStored(object) : object;
      const served = target.convert ? await target.convert.fromStored(stored) : stored;
      return served.apiVersion === apiVersion ? served : { ...served, apiVersion };
    },
    read(value, kind) {
      const codec = codecOf(registry, kind);
      if (!codec) return value as AnyObject;
      const { object } = codec.decode(value);
      codec.default(object);
      return object;
    },
  };
}

function codecOf(registry: ServedLookup, kind: GroupVersionKind): ObjectCodec | undefined {
  const served = registry.findKind(kind.group, kind.version, kind.kind);
  if (served) return served.codec;
  const schemaId = builtinTypeId(groupVersionString(kind), kind.kind);
  return schemaId === undefined ? undefined : kindCodec(schemaId);
}

function formOf({ definition }: ServedResource, subresource: string): ServedForm[] {
  const { group, version, resource, kind } = definition;
  const form = { resource: { group, version, resource } satisfies GroupVersionResource };
  if (subresource === '') return [{ ...form, kind: { group, version, kind } }];
  const sub = definition.subresources.find((s) => s.name === subresource);
  return sub ? [{ ...form, kind: { group: sub.group, version: sub.version, kind: sub.kind } }] : [];
}

function splitVersion(apiVersion: string): [string, string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** resource.k8s.io/v1beta1 over the stored v1: there, what describes a device or an exact request is nested otherwise. */
import type { AnyObject } from '../../../api/object.ts';
import type { VersionConversion } from '../../served-resource.ts';
import { reshaped } from '../shared/reshaped.ts';

type Fields = Record<string, unknown>;
type Convert = (value: Fields) => Fields;

const REQUEST_FIELDS = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity'];

export const resourceV1beta1Conversions: Readonly<Record<string, VersionConversion>> = {
  ...conversion('resourceclaims', 'ResourceClaim', ['spec'], claimSpec(nestRequest), claimSpec(flattenRequest)),
  ...conversion('resourceclaimtemplates', 'ResourceClaimTemplate', ['spec', 'spec'], claimSpec(nestRequest), claimSpec(flattenRequest)),
  ...conversion('resourceslices', 'ResourceSlice', ['spec'], sliceSpec(flattenDevice), sliceSpec(nestDevice)),
};

function conversion(
  resource: string,
  kind: string,
  path: readonly string[],
  toStored: Convert,
  fromStored: Convert,
): Record<string, VersionConversion> {
  return {
    [`resource.k8s.io/v1beta1/${resource}`]: {
      toStored: (object) => reshaped(`resource/v1.${kind}`, 'resource.k8s.io/v1', at(object, path, toStored) as AnyObject),
      fromStored: (object) => reshaped(`resource/v1beta1.${kind}`, 'resource.k8s.io/v1beta1', at(object, path, fromStored) as AnyObject),
    },
  };
}

function at(object: Fields, [field, ...rest]: readonly string[], convert: Convert): Fields {
  if (field === undefined) return convert(object);
  const value = object[field] as Fields | undefined;
  return value ? { ...object, [field]: at(value, rest, convert) } : object;
}

function claimSpec(convert: Convert): Convert {
  return (spec) => at(spec, ['devices'], (devices) => ({ ...devices, requests: ((devices['requests'] ?? []) as Fields[]).map(convert) }));
}

function nestRequest(request: Fields): Fields {
  const exactly = Object.fromEntries(
    REQUEST_FIELDS.flatMap((name) =>
      request[name] === undefined || request[name] === null || request[name] === '' ? [] : [[name, request[name]]],
    ),
  );
  const rest = Object.fromEntries(Object.entries(request).filter(([name]) => !REQUEST_FIELDS.includes(name)));
  return Object.keys(exactly).length > 0 ? { ...rest, exactly } : rest;
}

function flattenRequest({ exactly, ...request }: Fields): Fields {
  return { ...request, ...(exactly as Fields | undefined) };
}

function sliceSpec(convert: Convert): Convert {
  return (spec) => {
    const { nodeName, allNodes, ...rest } = spec;
    // Empty and false mean absent in v1beta1, and may not be said in v1.
    return {
      ...rest,
      ...(nodeName ? { nodeName } : {}),
      ...(allNodes ? { allNodes } : {}),
      devices: ((spec['devices'] ?? []) as Fields[]).map(convert),
    };
  };
}

function flattenDevice({ basic, ...device }: Fields): Fields {
  return { ...device, ...(basic as Fields | undefined) };
}

function nestDevice({ name, ...basic }: Fields): Fields {
  return { name, basic };
}

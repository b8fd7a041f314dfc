/** Names of types in OpenAPI documents: Go's package path, dotted. */
import { builtinResources, groupFolder } from '../../api/surface.ts';

const PACKAGES: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

const SPECIAL_NAMES: Record<string, string> = {
  Time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  MicroTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  FieldsV1: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  Quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  RawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  JSON: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  JSONSchemaPropsOrArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  JSONSchemaPropsOrBool: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  JSONSchemaPropsOrStringArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
};

/** `core/v1.Pod` -> `io.k8s.api.core.v1.Pod`; special types by their own. */
export function openapiName(typeId: string): string {
  const special = SPECIAL_NAMES[typeId];
  if (special !== undefined) return special;
  const slash = typeId.indexOf('/');
  const folder = typeId.slice(0, slash);
  return `${PACKAGES[folder] ?? `io.k8s.api.${folder}`}.${typeId.slice(slash + 1)}`;
}

let groups: Map<string, string> | undefined;

/** API group of a folder: `rbac` -> `rbac.authorization.k8s.io`. */
export function groupOfFolder(folder: string): string {
  groups ??= new Map(builtinResources().map((d) => [groupFolder(d.group), d.group]));
  return groups.get(folder) ?? '';
}

/** The definitions that are no structs. */
export const SPECIAL_SCHEMAS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Time: { description: 'Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON.  Wrappers are provided for many of the factory methods that the time package offers.', type: 'string', format: 'date-time' },
  MicroTime: { description: 'MicroTime is version of Time with microsecond level precision.', type: 'string', format: 'date-time' },
  FieldsV1: { description: 'FieldsV1 stores a set of fields in a data structure like a Trie, in JSON format.', type: 'object' },
  Quantity: { description: 'Quantity is a fixed-point representation of a number.', type: 'string' },
  IntOrString: { description: 'IntOrString is a type that can hold an int32 or a string.', type: 'string', format: 'int-or-string' },
  RawExtension: { description: 'RawExtension is used to hold extensions in external versions.', type: 'object' },
  JSON: { description: "JSON represents any valid JSON value. These types are supported: bool, int64, float64, string, []interface{}, map[string]interface{} and nil." },
  JSONSchemaPropsOrArray: { description: 'JSONSchemaPropsOrArray represents a value that can either be a JSONSchemaProps or an array of JSONSchemaProps. Mainly here for serialization purposes.' },
  JSONSchemaPropsOrBool: { description: 'JSONSchemaPropsOrBool represents JSONSchemaProps or a boolean value. Defaults to true for the boolean property.' },
  JSONSchemaPropsOrStringArray: { description: 'JSONSchemaPropsOrStringArray represents a JSONSchemaProps or a string array.' },
};

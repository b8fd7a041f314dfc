/**
 * How values look in messages: upstream prints the structs it holds as JSON of their Go fields, zero values and all. Built-in types have
 * the same fields in memory as in v1, but for a few of pods.
 */
import { fieldsOf, getType, type FieldSchema } from '../../../api/schema.ts';

const INITIALISMS = new Set([
  'api', 'aws', 'cidr', 'cpu', 'csi', 'dns', 'fc', 'fs', 'gce', 'gmsa', 'grpc', 'http', 'id', 'ip', 'ips', 'iscsi', 'nfs', 'os', 'pd', 'rbd', 'se', 'tcp', 'tls', 'tty', 'uid', 'uri', 'url',
]); // prettier-ignore
const SPECIAL_NAMES: Readonly<Record<string, string>> = {
  cephfs: 'CephFS',
  storageos: 'StorageOS',
  setHostnameAsFQDN: 'SetHostnameAsFQDN',
};
const ZEROES: Readonly<Record<string, unknown>> = {
  string: '',
  int32: 0,
  int64: 0,
  double: 0,
  bool: false,
  Quantity: '0',
  IntOrString: 0,
  Time: null,
  MicroTime: null,
};

/** In memory these belong to the security context. */
const POD_HOST_FIELDS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];
const POD_SPEC_ORDER = [
  'volumes', 'initContainers', 'containers', 'ephemeralContainers', 'restartPolicy', 'terminationGracePeriodSeconds', 'activeDeadlineSeconds', 'dnsPolicy',
  'nodeSelector', 'serviceAccountName', 'automountServiceAccountToken', 'nodeName', 'securityContext', 'imagePullSecrets', 'hostname', 'subdomain',
  'setHostnameAsFQDN', 'affinity', 'schedulerName', 'tolerations', 'hostAliases', 'priorityClassName', 'priority', 'preemptionPolicy', 'dnsConfig',
  'readinessGates', 'runtimeClassName', 'overhead', 'enableServiceLinks', 'topologySpreadConstraints', 'os', 'schedulingGates', 'resourceClaims', 'resources',
  'hostnameOverride', 'schedulingGroup',
]; // prettier-ignore

/** Fields that stand before another one in memory, not where v1 has them. */
const MOVED: Readonly<Record<string, readonly [field: string, before: string]>> = {
  'core/v1.PodSecurityContext': ['fsGroupChangePolicy', 'sysctls'],
  'core/v1.Volume': ['quobyte', 'flexVolume'],
};

/** A value of a schema type as Go would print it. */
export function goShown(typeId: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  const fields = fieldsOf(getType(typeId));
  const object = value as Record<string, unknown>;
  if (typeId === 'core/v1.PodSpec') return podSpec(fields, object);
  // Metadata is embedded.
  if (typeId === 'core/v1.PodTemplateSpec')
    return { ...(object['metadata'] as object | undefined), Spec: goShown('core/v1.PodSpec', object['spec']) };
  return named(inMemoryOrder(typeId, [...fields.values()]), object);
}

function inMemoryOrder(typeId: string, fields: FieldSchema[]): FieldSchema[] {
  const [moved, before] = MOVED[typeId] ?? [];
  if (moved === undefined) return fields;
  return fields.flatMap((field) => (field.name === moved ? [] : field.name === before ? fields.filter((f) => f.name === moved || f.name === before).reverse() : [field])); // prettier-ignore
}

function named(fields: readonly FieldSchema[], object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [goName(field.name), fieldValue(field, object[field.name])]));
}

function podSpec(fields: ReadonlyMap<string, FieldSchema>, spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const pick = (names: readonly string[]) => names.flatMap((name) => fields.get(name) ?? []);
  const shown = named(pick(POD_SPEC_ORDER), spec);
  if (spec['securityContext']) {
    const own = goShown('core/v1.PodSecurityContext', spec['securityContext']) as Record<string, unknown>;
    shown['SecurityContext'] = { ...named(pick(POD_HOST_FIELDS), spec), ...own };
  }
  return shown;
}

function goName(name: string): string {
  const special = SPECIAL_NAMES[name];
  if (special !== undefined) return special;
  const word = /^[a-z]+/.exec(name)?.[0] ?? '';
  return INITIALISMS.has(word) ? word.toUpperCase() + name.slice(word.length) : name.charAt(0).toUpperCase() + name.slice(1);
}

function fieldValue(field: FieldSchema, value: unknown): unknown {
  if (field.container === 'list') return Array.isArray(value) ? value.map((item) => one(field, item)) : null;
  if (field.container === 'map') {
    if (typeof value !== 'object' || value === null) return null;
    // Go prints maps sorted by key.
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, one(field, item)])); // prettier-ignore
  }
  if (value === undefined || value === null) return field.pointer ? null : one(field, undefined);
  return one(field, value);
}

function one(field: FieldSchema, value: unknown): unknown {
  if (!field.type.includes('/')) return value ?? ZEROES[field.type] ?? null;
  // Meta types print by their JSON names.
  if (field.type.startsWith('meta/')) return value ?? {};
  return goShown(field.type, value ?? {});
}

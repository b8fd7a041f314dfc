import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from '../../../../api/discovery/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { ipFamilyOf } from '../../../../base/ip.ts';
import {
  duplicate,
  fieldPath,
  internal,
  invalid,
  notSupported,
  required,
  tooMany,
  type FieldError,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { isDNS1123Subdomain, isLabelValue, type NameRule } from '../../../../machinery/names.ts';
import { checkFullyQualifiedName } from '../../shared/domain-paths.ts';
import { checkChoice, checkImmutable, checkLabel, checkQualifiedName, checkRule, checkSubdomain } from '../../shared/field-checks.ts';
import { checkEndpointIp, checkIp, checkLegacyIp, ipWarnings } from '../../shared/ip-fields.ts';
import { PROTOCOLS } from '../../shared/pods/ports.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { validateLabels } from '../../validate-meta.ts';

const asSlice = (object: AnyObject) => object as unknown as EndpointSlice;
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_PORTS = 20_000;
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_TOPOLOGY = 16;
const MAX_HINTS = 8;
const ZONE = 'topology.kubernetes.io/zone';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

export const endpointSliceStrategy: Strategy = {
  prepareForCreate: (object) => dropTopology(asSlice(object)),
  prepareForUpdate(object, old) {
    if (!semanticEqual(object['endpoints'], old['endpoints'])) dropTopology(asSlice(object));
  },
  validate: (object) => validate(asSlice(object)),
  validateUpdate(object, old) {
    const errors = validate(asSlice(object), asSlice(old));
    checkImmutable(asSlice(object).addressType, asSlice(old).addressType, fieldPath('addressType'), errors);
    return errors;
  },
  warnings(object, old) {
    const { addressType, endpoints } = asSlice(object);
    const deprecated = !old && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
    // The controllers clean their addresses.
    if (CONTROLLERS.includes(object.metadata.labels?.[MANAGED_BY] ?? '')) return deprecated;
    const path = fieldPath('endpoints');
    return [
      ...deprecated,
      ...(endpoints ?? []).flatMap((endpoint, i) =>
        (endpoint.addresses ?? []).flatMap((ip, a) => ipWarnings(path.index(i).child('addresses').index(a), ip)),
      ),
    ];
  },
};

/** It belonged to versions that are no longer served, and cannot be written any more. */
function dropTopology({ endpoints }: EndpointSlice): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
}

function validate(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  checkChoice(slice.addressType, ADDRESS_TYPES, fieldPath('addressType'), errors);
  checkPorts(slice.ports ?? [], fieldPath('ports'), errors);
  // What was taken once is not judged again while it stays the same.
  if (!old || !semanticEqual(slice.endpoints, old.endpoints)) checkEndpoints(slice, fieldPath('endpoints'), errors);
  return errors;
}

function checkPorts(ports: readonly EndpointPort[], path: FieldPath, errors: FieldError[]): void {
  if (ports.length > MAX_PORTS) return void errors.push(tooMany(path, ports.length, MAX_PORTS));
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, i) => {
    const here = path.index(i);
    if (name) checkLabel(name, here.child('name'), errors);
    if (names.has(name)) errors.push(duplicate(here.child('name'), name));
    names.add(name);
    if (protocol === undefined) errors.push(required(here.child('protocol')));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(here.child('protocol'), protocol, PROTOCOLS));
    if (appProtocol !== undefined) checkQualifiedName(appProtocol, here.child('appProtocol'), errors);
  });
}

function checkEndpoints({ endpoints = [], addressType }: EndpointSlice, path: FieldPath, errors: FieldError[]): void {
  const list = endpoints ?? [];
  if (list.length > MAX_ENDPOINTS) return void errors.push(tooMany(path, list.length, MAX_ENDPOINTS));
  list.forEach((endpoint, i) => checkEndpoint(endpoint, addressType, path.index(i), errors));
}

function checkEndpoint(endpoint: Endpoint, addressType: string, path: FieldPath, errors: FieldError[]): void {
  const addresses = endpoint.addresses ?? [];
  const here = path.child('addresses');
  if (addresses.length === 0) errors.push(required(here, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(here, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, i) => checkAddress(address, addressType, here, here.index(i), errors));
  if (endpoint.nodeName !== undefined) checkSubdomain(endpoint.nodeName, path.child('nodeName'), errors);
  const topology = endpoint.deprecatedTopology ?? {};
  const topologyPath = path.child('deprecatedTopology');
  const count = Object.keys(topology).length;
  if (count > MAX_TOPOLOGY) errors.push(tooMany(topologyPath, count, MAX_TOPOLOGY));
  errors.push(...validateLabels(topology, topologyPath));
  if (topology[ZONE] !== undefined) errors.push(internal(topologyPath.key(ZONE), 'reserved key was not removed in conversion'));
  if (endpoint.hostname !== undefined) checkLabel(endpoint.hostname, path.child('hostname'), errors);
  if (endpoint.hints) checkHints(endpoint.hints, path.child('hints'), errors);
}

function checkAddress(address: string, type: string, list: FieldPath, path: FieldPath, errors: FieldError[]): void {
  if (type === 'FQDN') return checkFullyQualifiedName(address, path, errors);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const before = errors.length;
  if (type === 'IPv4') checkLegacyIp(path, address, undefined, errors);
  else checkIp(path, address, errors);
  if (errors.length > before) return;
  if (ipFamilyOf(address) !== (type === 'IPv4' ? 4 : 6)) errors.push(invalid(list, address, `must be an ${type} address`));
  checkEndpointIp(path, address, errors);
}

function checkHints({ forZones = [], forNodes = [] }: EndpointHints, path: FieldPath, errors: FieldError[]): void {
  if (checkHintList(forZones, isLabelValue, path.child('forZones'), errors))
    checkHintList(forNodes, isDNS1123Subdomain, path.child('forNodes'), errors);
}

function checkHintList(hints: readonly { readonly name: string }[], rule: NameRule, path: FieldPath, errors: FieldError[]): boolean {
  if (hints.length > MAX_HINTS) {
    errors.push(tooMany(path, hints.length, MAX_HINTS));
    return false;
  }
  hints.forEach(({ name }, i) => {
    const here = path.index(i).child('name');
    if (hints.findIndex((h) => h.name === name) < i) errors.push(duplicate(here, name));
    checkRule(rule, name, here, errors);
  });
  return true;
}

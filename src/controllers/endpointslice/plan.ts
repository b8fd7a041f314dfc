/**
 * Which slices of a service to create, update and delete, pure (k8s.io/endpointslice/reconciler.go). Slices are changed as little as possible: an
 * endpoint stays where it is, new ones fill slices that change anyway, then the fullest that has room, then new slices.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
import type { Node, Pod, Service } from '../../api/core/v1.gen.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../shared/endpoint-slice-labels.ts';
import { draftMeta } from '../shared/draft-meta.ts';
import { portsKey } from '../shared/ports-key.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { HEADLESS_SERVICE, hasClusterIP, podHasEndpoint } from '../shared/service-endpoints.ts';
import { hintPolicy, withHints } from './hints.ts';
import { endpointPorts, podToEndpoint, type AddressType } from './pod-endpoint.ts';

export const CONTROLLER_NAME = 'endpointslice-controller.k8s.io';
const RESERVED: ReadonlySet<string> = new Set([SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_SERVICE]);

/** Slices to create have no name yet. */
export interface SlicePlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

export interface SliceInput {
  readonly service: Service;
  /** The pods that the service selects. */
  readonly pods: readonly Pod[];
  /** The slices that the controller manages for the service. */
  readonly existing: readonly EndpointSlice[];
  readonly node: (name: string) => Node | undefined;
  /** 100 by default. */
  readonly maxEndpointsPerSlice: number;
}

/** The plan, and what kept pods out of it: nodes that are not known (yet). */
export function planSlices(input: SliceInput): { readonly plan: SlicePlan; readonly problems: string[] } {
  const types = addressTypes(input.service);
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  const problems: string[] = [];
  for (const slice of input.existing) if (!types.includes(slice.addressType as AddressType)) plan.delete.push(slice);
  for (const type of types) {
    const one = planAddressType(input, type, problems);
    plan.create.push(...one.create);
    plan.update.push(...one.update);
    plan.delete.push(...one.delete);
  }
  return { plan, problems };
}

function addressTypes({ spec }: Service): AddressType[] {
  const families = (spec.ipFamilies ?? []).filter((f): f is AddressType => f === 'IPv4' || f === 'IPv6');
  if (families.length > 0) return families;
  if (spec.clusterIP && spec.clusterIP !== 'None') return [spec.clusterIP.includes(':') ? 'IPv6' : 'IPv4'];
  return ['IPv4', 'IPv6'];
}

interface Group {
  readonly ports: EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

function planAddressType(input: SliceInput, type: AddressType, problems: string[]): SlicePlan {
  const { service } = input;
  const existing = input.existing.filter((s) => s.addressType === type);
  const plan: SlicePlan = { create: [], update: [], delete: existing.filter((s) => !ownedBy(s, service)) };
  const groups = desiredGroups(input, type, problems);
  const slicesByPorts = Map.groupBy(
    existing.filter((s) => ownedBy(s, service)),
    (s) => portsKey(s.ports ?? []),
  );
  for (const [key, group] of groups) planGroup(input, type, group, slicesByPorts.get(key) ?? [], plan);
  for (const [key, slices] of slicesByPorts) if (!groups.has(key)) plan.delete.push(...slices);
  if (existing.length === plan.delete.length && plan.create.length === 0) keepPlaceholder(service, type, plan);
  applyHints(service, existing, plan);
  reuseNames(service, plan);
  if (service.metadata.deletionTimestamp) plan.create = [];
  return plan;
}

/** Pods grouped by the ports they have. */
function desiredGroups({ service, pods, node: nodeOf }: SliceInput, type: AddressType, problems: string[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!podHasEndpoint(pod, true)) continue;
    const ports = endpointPorts(service, pod);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
    groups.set(key, group);
    const node = nodeOf(pod.spec.nodeName ?? '');
    if (!node && !service.spec.publishNotReadyAddresses) {
      const { namespace, name } = service.metadata;
      problems.push(`skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${pod.spec.nodeName ?? ''} Not Found`);
      continue;
    }
    const endpoint = podToEndpoint(pod, node, service, type);
    if (endpoint.addresses.length > 0) group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

function planGroup(input: SliceInput, type: AddressType, group: Group, existing: readonly EndpointSlice[], plan: SlicePlan): void {
  const { service, maxEndpointsPerSlice: max } = input;
  const missing = new Map(group.endpoints);
  const updates = new Map<string, EndpointSlice>();
  const unchanged = new Map<string, EndpointSlice>();
  for (const slice of existing) {
    const kept = keepEndpoints(slice, missing);
    const labels = sliceLabels(slice.metadata.labels, service);
    const resized = kept.endpoints.length !== (slice.endpoints ?? []).length;
    if (resized && kept.endpoints.length === 0) plan.delete.push(slice);
    else if (resized || kept.changed || labels.changed) {
      const endpoints = resized || kept.changed ? kept.endpoints : [...(slice.endpoints ?? [])];
      updates.set(slice.metadata.name, { ...slice, metadata: { ...slice.metadata, labels: labels.labels }, endpoints });
    } else unchanged.set(slice.metadata.name, slice);
  }
  const rest = [...missing.values()];
  for (const slice of [...updates.values()].sort((a, b) => count(b) - count(a)))
    slice.endpoints?.push(...rest.splice(0, Math.max(0, max - count(slice))));
  while (rest.length > 0) {
    const roomy = rest.length < max ? closestFit([...unchanged.values()], rest.length, max) : undefined;
    if (roomy) {
      unchanged.delete(roomy.metadata.name);
      updates.set(roomy.metadata.name, { ...roomy, endpoints: [...(roomy.endpoints ?? []), ...rest.splice(0)] });
    } else {
      plan.create.push({ ...newSlice(service, type, group.ports), endpoints: rest.splice(0, max) });
    }
  }
  plan.update.push(...updates.values());
}

/** The slice's endpoints that are still wanted, as they are wanted now; takes them out of `missing`. */
function keepEndpoints(slice: EndpointSlice, missing: Map<string, Endpoint>): { endpoints: Endpoint[]; changed: boolean } {
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const old of slice.endpoints ?? []) {
    const key = endpointKey(old);
    const wanted = missing.get(key);
    if (!wanted) continue;
    missing.delete(key);
    changed ||= !sameBeyondKey(old, wanted);
    endpoints.push(wanted);
  }
  return { endpoints, changed };
}

function sameBeyondKey(a: Endpoint, b: Endpoint): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.conditions?.ready === b.conditions.ready &&
    a.conditions.serving === b.conditions.serving &&
    a.conditions.terminating === b.conditions.terminating &&
    a.targetRef?.uid === b.targetRef?.uid
  );
}

/** The slice that is fullest once it takes them all; undefined when none has the room. */
function closestFit(slices: readonly EndpointSlice[], wanted: number, max: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let bestRoom = max;
  for (const slice of slices) {
    const room = max - wanted - count(slice);
    if (room >= 0 && room < bestRoom) [best, bestRoom] = [slice, room];
  }
  return best;
}

/** A service without endpoints keeps one empty slice. */
function keepPlaceholder(service: Service, type: AddressType, plan: SlicePlan): void {
  const placeholder = newSlice(service, type, []);
  const [only] = plan.delete;
  const same =
    plan.delete.length === 1 &&
    only &&
    ownedBy(only, service) &&
    count(only) === 0 &&
    (only.ports ?? []).length === 0 &&
    semanticEqual(only.metadata.labels, placeholder.metadata.labels);
  if (same) plan.delete = [];
  else plan.create.push(placeholder);
}

function applyHints(service: Service, existing: readonly EndpointSlice[], plan: SlicePlan): void {
  const policy = hintPolicy(service.spec.trafficDistribution);
  const touched = new Set([...plan.update, ...plan.delete].map((s) => s.metadata.name));
  for (const slice of existing) {
    if (touched.has(slice.metadata.name)) continue;
    const hinted = withHints(slice, policy);
    if (hinted !== slice) plan.update.push(hinted);
  }
  plan.create = plan.create.map((s) => withHints(s, policy));
  plan.update = plan.update.map((s) => withHints(s, policy));
}

/** A slice to be deleted makes room for one to be created: one update instead of two writes. */
function reuseNames(service: Service, plan: SlicePlan): void {
  plan.delete = plan.delete.filter((doomed) => {
    if (plan.create.length === 0 || !ownedBy(doomed, service)) return true;
    const slice = plan.create.pop();
    if (slice) {
      const { generateName: _, ...metadata } = slice.metadata;
      plan.update.push({ ...slice, metadata: { ...metadata, name: doomed.metadata.name } });
    }
    return false;
  });
}

function newSlice(service: Service, type: AddressType, ports: EndpointPort[]): EndpointSlice {
  const { name, namespace } = service.metadata;
  const metadata = {
    generateName: `${name}-`,
    namespace,
    labels: sliceLabels({}, service).labels,
    ownerReferences: [newControllerRef(service, { apiVersion: 'v1', kind: 'Service' })],
  };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: draftMeta(metadata),
    addressType: type,
    endpoints: [],
    ports,
  };
}

/** The service's labels and the reserved ones. `changed` looks at the service's only. */
function sliceLabels(current: Record<string, string> | undefined, service: Service): { labels: Record<string, string>; changed: boolean } {
  const unreserved = (labels: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(labels ?? {}).filter(([k]) => !RESERVED.has(k)));
  const own = unreserved(service.metadata.labels);
  const labels = {
    ...own,
    ...(!hasClusterIP(service) && { [HEADLESS_SERVICE]: '' }),
    [SERVICE_NAME_LABEL]: service.metadata.name,
    [MANAGED_BY_LABEL]: CONTROLLER_NAME,
  };
  return { labels, changed: !semanticEqual(unreserved(current), own) };
}

function ownedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    (r) => r.uid === service.metadata.uid && r.kind === 'Service' && r.apiVersion === 'v1',
  );
}

const count = (slice: EndpointSlice) => slice.endpoints?.length ?? 0;

function endpointKey({ addresses, hostname, targetRef }: Endpoint): string {
  return JSON.stringify([[...addresses].sort(), hostname ?? '', targetRef?.namespace ?? '', targetRef?.name ?? '']);
}

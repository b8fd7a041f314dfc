/** Slices that mirror an Endpoints object that a user (or a program) maintains, pure (pkg/controller/endpointslicemirroring/reconciler.go). */
import type { EndpointAddress, Endpoints, EndpointSubset } from '../../api/core/v1.gen.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../shared/endpoint-slice-labels.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { draftMeta } from '../shared/draft-meta.ts';
import { stableJson } from '../shared/hash.ts';
import { portsKey } from '../shared/ports-key.ts';
import { repackSubsets } from '../shared/repack-subsets.ts';
import { canonicalIp, ipFamilyOf } from '../../base/ip.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { LAST_CHANGE_TRIGGER_TIME } from '../shared/service-endpoints.ts';

export const MIRROR_CONTROLLER_NAME = 'endpointslicemirroring-controller.k8s.io';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type AddressType = 'IPv4' | 'IPv6';

export interface MirrorPlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
  /** Addresses that are no IP addresses. */
  invalid: number;
  /** Addresses that were left out, for any reason. */
  skipped: number;
}

interface Group {
  readonly type: AddressType;
  readonly ports: EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** `existing`: the slices that mirror these Endpoints now. At most `maxPerSubset` addresses of a subset are mirrored (1000). */
export function planMirror(source: Endpoints, existing: readonly EndpointSlice[], maxPerSubset: number): MirrorPlan {
  const plan: MirrorPlan = { create: [], update: [], delete: [], invalid: 0, skipped: 0 };
  const groups = new Map<string, Group>();
  for (const subset of repackSubsets(source.subsets ?? [])) addSubset(groups, subset, maxPerSubset, plan);
  const byKey = Map.groupBy(existing, (s) => groupKey(s.addressType, s.ports ?? []));
  for (const [key, group] of groups) planGroup(source, group, byKey.get(key) ?? [], plan);
  for (const [key, slices] of byKey) if (!groups.has(key)) plan.delete.push(...slices);
  recycle(plan);
  if (source.metadata.deletionTimestamp) plan.create = [];
  return plan;
}

function addSubset(groups: Map<string, Group>, subset: EndpointSubset, max: number, plan: MirrorPlan): void {
  const ports = (subset.ports ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name, port, protocol, ...(appProtocol !== undefined && { appProtocol }),
  })); // prettier-ignore
  for (const type of ['IPv4', 'IPv6'] as const) {
    const key = groupKey(type, ports);
    if (!groups.has(key)) groups.set(key, { type, ports, endpoints: new Map() });
  }
  let added = 0;
  const all = [
    ...(subset.addresses ?? []).map((a) => [a, true] as const),
    ...(subset.notReadyAddresses ?? []).map((a) => [a, false] as const),
  ];
  for (const [address, ready] of all) {
    if (added >= max) break;
    const family = ipFamilyOf(address.ip);
    if (family === undefined) {
      plan.invalid++;
      continue;
    }
    const endpoint = endpointOf(address, ready);
    groups.get(groupKey(family === 6 ? 'IPv6' : 'IPv4', ports))?.endpoints.set(endpointKey(endpoint), endpoint);
    added++;
  }
  plan.skipped += all.length - added;
}

function endpointOf({ ip, nodeName, hostname, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [canonicalIp(ip) ?? ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(targetRef && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
  };
}

function planGroup(source: Endpoints, group: Group, existing: readonly EndpointSlice[], plan: MirrorPlan): void {
  if (group.endpoints.size === 0) return void plan.delete.push(...existing);
  const [first, ...rest] = existing;
  plan.delete.push(...rest);
  if (first && isCurrent(source, group, first)) return;
  const slice = mirrorSlice(source, group, first?.metadata.name);
  if (first) plan.update.push(slice);
  else plan.create.push(slice);
}

function isCurrent(source: Endpoints, group: Group, slice: EndpointSlice): boolean {
  const { [MANAGED_BY_LABEL]: _, [SERVICE_NAME_LABEL]: __, ...labels } = slice.metadata.labels ?? {};
  const endpoints = new Map((slice.endpoints ?? []).map((e) => [endpointKey(e), e]));
  const same = endpoints.size === group.endpoints.size && [...group.endpoints].every(([key, e]) => sameEndpoint(e, endpoints.get(key)));
  const rebuilt = slice.metadata.ownerReferences?.some(
    (r) => r.kind === 'Endpoints' && r.name === source.metadata.name && r.uid !== source.metadata.uid,
  );
  return (
    same &&
    !rebuilt &&
    semanticEqual(source.metadata.labels, labels) &&
    semanticEqual(mirroredAnnotations(source), slice.metadata.annotations)
  );
}

function sameEndpoint(a: Endpoint, b: Endpoint | undefined): boolean {
  if (!b || a.nodeName !== b.nodeName || a.zone !== b.zone) return false;
  const { resourceVersion: _, ...refA } = a.targetRef ?? {};
  const { resourceVersion: __, ...refB } = b.targetRef ?? {};
  return semanticEqual(a.conditions, b.conditions) && semanticEqual(refA, refB);
}

function mirroredAnnotations(source: Endpoints): Record<string, string> {
  const { [LAST_CHANGE_TRIGGER_TIME]: _, [LAST_APPLIED]: __, ...annotations } = source.metadata.annotations ?? {};
  return annotations;
}

function mirrorSlice(source: Endpoints, group: Group, name: string | undefined): EndpointSlice {
  const metadata = {
    ...(name === undefined ? { generateName: `${source.metadata.name}-` } : { name }),
    namespace: source.metadata.namespace,
    labels: { ...source.metadata.labels, [SERVICE_NAME_LABEL]: source.metadata.name, [MANAGED_BY_LABEL]: MIRROR_CONTROLLER_NAME },
    annotations: mirroredAnnotations(source),
    ownerReferences: [newControllerRef(source, { apiVersion: 'v1', kind: 'Endpoints' })],
  };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: draftMeta(metadata),
    addressType: group.type,
    endpoints: [...group.endpoints.values()],
    ports: group.ports,
  };
}

/** A slice to delete and one to create of the same family become one update. */
function recycle(plan: MirrorPlan): void {
  plan.create = plan.create.filter((slice) => {
    const at = plan.delete.findIndex((d) => d.addressType === slice.addressType);
    const [old] = at < 0 ? [] : plan.delete.splice(at, 1);
    if (!old) return true;
    const { generateName: _, ...metadata } = slice.metadata;
    plan.update.push({ ...slice, metadata: { ...metadata, name: old.metadata.name } });
    return false;
  });
}

const groupKey = (type: string, ports: readonly EndpointPort[]) => `${type}-${portsKey(ports)}`;

function endpointKey({ addresses, hostname, targetRef }: Endpoint): string {
  return stableJson([addresses, hostname ?? '', targetRef?.namespace ?? '', targetRef?.name ?? '']);
}

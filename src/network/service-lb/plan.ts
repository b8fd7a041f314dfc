/** Which nodes' addresses a Service of type LoadBalancer gets. Pure. */
import type { LoadBalancerIngress, Node, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { formatIp, parseIp } from '../../base/ip.ts';
import { servicesOfBalancer } from './selection.ts';

export interface BalancerState {
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  slices(serviceKey: string): readonly EndpointSlice[];
  /** `protocol/port` that nodes need for themselves, for example `tcp/6443`. */
  readonly reservedPorts: ReadonlySet<string>;
}

export interface Assignment {
  readonly service: Service;
  readonly ingress: readonly LoadBalancerIngress[];
  /** Why there is none, when somebody has to do something about it. */
  readonly problem?: string;
}

const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
const DELETION_TAINT = 'ToBeDeletedByClusterAutoscaler';

/** One assignment for each service of this balancer. A port on the nodes' addresses belongs to one service: the oldest that asks for it. */
export function planBalancer(state: BalancerState, className: string): Assignment[] {
  const takenBy = new Map<string, string>();
  const eligible = state.nodes.filter(isEligible);
  return servicesOfBalancer(state.services, className)
    .sort(byAge)
    .map((service) => {
      const problem = claimPorts(service, takenBy, state.reservedPorts);
      if (problem !== undefined) return { service, ingress: [], problem };
      const ips = addressesFor(service, eligible, state.slices(keyOf(service)));
      return { service, ingress: ips.map((ip) => ({ ip, ipMode: 'VIP' })) };
    });
}

function claimPorts(service: Service, takenBy: Map<string, string>, reserved: ReadonlySet<string>): string | undefined {
  const ports = (service.spec.ports ?? []).map((port) => `${(port.protocol ?? 'TCP').toLowerCase()}/${port.port}`);
  for (const port of ports) {
    if (reserved.has(port)) return `port ${port} is used by the nodes themselves`;
    const owner = takenBy.get(port);
    if (owner !== undefined) return `port ${port} is taken by the service ${owner}`;
  }
  for (const port of ports) takenBy.set(port, keyOf(service));
  return undefined;
}

function addressesFor(service: Service, nodes: readonly Node[], slices: readonly EndpointSlice[]): string[] {
  const withEndpoints = new Set(
    slices.flatMap((s) => s.endpoints ?? []).flatMap((e) => (e.conditions?.ready !== false && e.nodeName ? [e.nodeName] : [])),
  );
  const local = service.spec.externalTrafficPolicy === 'Local';
  const families = service.spec.ipFamilies ?? ['IPv4'];
  const ips = nodes
    .filter((node) => !local || withEndpoints.has(node.metadata.name ?? ''))
    .flatMap((node) => families.flatMap((family) => addressOf(node, family) ?? []));
  const { loadBalancerIP } = service.spec;
  return loadBalancerIP && ips.includes(loadBalancerIP) ? [loadBalancerIP] : ips.sort();
}

/** Addresses at which nodes are reached from outside: of those that are Ready and not excluded, IPv4 before IPv6, sorted. */
export function readyNodeAddresses(nodes: readonly Node[]): string[] {
  const eligible = nodes.filter(isEligible);
  return ['IPv4', 'IPv6'].flatMap((family) => eligible.flatMap((node) => addressOf(node, family) ?? []).sort());
}

/** What reaches the node from outside: its ExternalIP if it has one. */
function addressOf(node: Node, family: string): string | undefined {
  for (const type of ['ExternalIP', 'InternalIP']) {
    for (const address of node.status?.addresses ?? []) {
      const ip = address.type === type ? parseIp(address.address) : undefined;
      if (ip && `IPv${ip.family}` === family) return formatIp(ip);
    }
  }
  return undefined;
}

function isEligible(node: Node): boolean {
  if (node.metadata.deletionTimestamp || node.metadata.labels?.[EXCLUDE_LABEL] !== undefined) return false;
  if ((node.spec?.taints ?? []).some((taint) => taint.key === DELETION_TAINT)) return false;
  return (node.status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function byAge(a: Service, b: Service): number {
  const order = (s: Service) => `${s.metadata.creationTimestamp} ${keyOf(s)}`;
  return order(a) < order(b) ? -1 : 1;
}

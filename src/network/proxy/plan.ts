/**
 * What one Service wants in the nftables table: pure, from its ports and endpoints (pkg/proxy/nftables/proxier.go, syncProxyRules).
 *
 * Upstream writes chains for each service port. Here a service port is only elements of maps that all services share, because adding rules to a
 * large table is what takes upstream minutes: the kernel looks at every map again for each of them. Chains of its own has a port only with session
 * affinity or with source ranges.
 */
import type { EndpointInfo } from './endpoint.ts';
import type { EndpointsByPort } from './endpoint.ts';
import {
  AFFINITY_PREFIX,
  CLUSTER_IPS,
  FIREWALL_IPS,
  HAIRPIN_CONNECTIONS,
  NO_ENDPOINT_NODEPORTS,
  NO_ENDPOINT_SERVICES,
  REJECT_CHAIN,
  SERVICE_IPS,
  SERVICE_NODEPORTS,
  endpointBase,
  endpointsMap,
  externalChain,
  policyMap,
  servicePortBase,
  type KeyKind,
  type Policy,
} from './names.ts';
import { parseCidr, parseIp, cidrContains, type IpFamily } from '../../base/ip.ts';
import { endpointsKey, isExternallyAccessible, type ServicePortInfo } from './service-port.ts';
import { categorizeEndpoints, type CategorizedEndpoints, type NodeTopology } from './topology.ts';

export interface PlannedElement {
  readonly container: string;
  readonly key: string;
  /** Empty for a set. */
  readonly value: string;
}

export interface ServicePlan {
  readonly elements: readonly PlannedElement[];
  /** Chains by name, with their rules. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Sets of clients, by name, with the seconds a client is remembered. */
  readonly affinitySets: ReadonlyMap<string, number>;
  /** Ports under a Local policy without an endpoint here, for the metric. */
  readonly noLocalEndpoints: { readonly internal: number; readonly external: number };
}

export interface PlanContext extends NodeTopology {
  readonly family: IpFamily;
  /** The node's address of the family, if known. */
  readonly nodeIP: string | undefined;
}

export const EMPTY_PLAN: ServicePlan = {
  elements: [],
  chains: new Map(),
  affinitySets: new Map(),
  noLocalEndpoints: { internal: 0, external: 0 },
};

export function planService(ports: readonly ServicePortInfo[], endpoints: EndpointsByPort, context: PlanContext): ServicePlan {
  if (ports.length === 0) return EMPTY_PLAN;
  const plan = new PlanBuilder(context);
  for (const port of ports)
    plan.addPort(port, categorizeEndpoints(endpoints.get(endpointsKey(port.name, port.protocol)) ?? [], port, context));
  return plan;
}

class PlanBuilder implements ServicePlan {
  readonly elements: PlannedElement[] = [];
  readonly chains = new Map<string, readonly string[]>();
  readonly affinitySets = new Map<string, number>();
  readonly noLocalEndpoints = { internal: 0, external: 0 };
  readonly #context: PlanContext;
  readonly #ipX: 'ip' | 'ip6';

  constructor(context: PlanContext) {
    this.#context = context;
    this.#ipX = context.family === 4 ? 'ip' : 'ip6';
  }

  addPort(port: ServicePortInfo, endpoints: CategorizedEndpoints): void {
    this.#add(CLUSTER_IPS, port.clusterIP);
    for (const endpoint of endpoints.reachable) {
      if (endpoint.isLocal) this.#add(HAIRPIN_CONNECTIONS, `${endpoint.ip} . ${endpoint.ip} . ${port.protocol} . ${endpoint.port}`);
    }
    if (port.affinitySeconds !== undefined) this.#addAffinity(port, endpoints);
    this.#addInternal(port, endpoints);
    this.#addExternal(port, endpoints);
    this.#addFirewall(port);
  }

  /** Traffic to the cluster IP goes straight to the endpoints of the internal policy. */
  #addInternal(port: ServicePortInfo, endpoints: CategorizedEndpoints): void {
    const policy: Policy = port.internalPolicyLocal ? 'local' : 'cluster';
    const key = ipKey(port.clusterIP, port);
    if (endpoints.hasAny && endpoints[policy].length > 0) {
      this.#add(SERVICE_IPS, key, this.#policyVerdict(port, 'ip', key, policy, endpoints[policy]));
      return;
    }
    if (endpoints.hasAny) this.noLocalEndpoints.internal++;
    this.#add(NO_ENDPOINT_SERVICES, key, endpoints.hasAny ? 'drop' : `goto ${REJECT_CHAIN}`);
  }

  /** External IPs, load balancer addresses and the node port. */
  #addExternal(port: ServicePortInfo, endpoints: CategorizedEndpoints): void {
    if (!isExternallyAccessible(port)) return;
    const policy: Policy = port.externalPolicyLocal ? 'local' : 'cluster';
    const reachable = endpoints.hasAny && endpoints[policy].length > 0;
    const refusal = endpoints.hasAny ? 'drop' : `goto ${REJECT_CHAIN}`;
    if (endpoints.hasAny && !reachable) this.noLocalEndpoints.external++;
    const destinations: [KeyKind, string, string, string][] = [...port.externalIPs, ...port.loadBalancerVIPs].map((ip) => [
      'ip',
      ipKey(ip, port),
      SERVICE_IPS,
      NO_ENDPOINT_SERVICES,
    ]);
    if (port.nodePort !== 0)
      destinations.push(['nodeport', `${port.protocol} . ${port.nodePort}`, SERVICE_NODEPORTS, NO_ENDPOINT_NODEPORTS]);
    for (const [kind, key, dispatch, refused] of destinations) {
      if (endpoints.hasAny) {
        this.#add(dispatch, key, `goto ${externalChain(kind, policy)}`);
        this.#addPolicy(port, kind, key, 'cluster', endpoints.cluster);
        if (policy === 'local') this.#addPolicy(port, kind, key, 'local', endpoints.local);
      }
      // Under Local this catches only what comes from outside: pods and the node itself were sent to the Cluster policy before.
      if (!reachable) this.#add(refused, key, refusal);
    }
  }

  #addPolicy(port: ServicePortInfo, kind: KeyKind, key: string, policy: Policy, endpoints: readonly EndpointInfo[]): void {
    if (endpoints.length > 0) this.#add(policyMap(kind, policy), key, this.#policyVerdict(port, kind, key, policy, endpoints));
  }

  /** Where traffic of a policy goes; adds the endpoints under this key to the shared map unless the port has chains of its own. */
  #policyVerdict(port: ServicePortInfo, kind: KeyKind, key: string, policy: Policy, endpoints: readonly EndpointInfo[]): string {
    if (port.affinitySeconds !== undefined) return `goto ${affinityChain(port, policy)}`;
    const map = endpointsMap(kind, policy, endpoints.length);
    for (const [index, endpoint] of endpoints.entries()) {
      this.#add(map, endpoints.length === 1 ? key : `${key} . ${index}`, `${endpoint.ip} . ${endpoint.port}`);
    }
    return `goto ${map}`;
  }

  /** A client is remembered in the set of the endpoint it was sent to, whichever of the port's addresses it used. */
  #addAffinity(port: ServicePortInfo, endpoints: CategorizedEndpoints): void {
    const seconds = port.affinitySeconds ?? 0;
    const name = (endpoint: EndpointInfo) => endpointBase(port, endpoint);
    const set = (endpoint: EndpointInfo) => `${AFFINITY_PREFIX}${seconds}-${name(endpoint)}`;
    for (const policy of ['cluster', 'local'] as const) {
      const list = endpoints[policy];
      if (list.length === 0) continue;
      this.chains.set(affinityChain(port, policy), [
        ...list.map((endpoint) => `${this.#ipX} saddr @${set(endpoint)} goto endpoint-${name(endpoint)}`),
        `numgen random mod ${list.length} vmap { ${list.map((endpoint, i) => `${i} : goto endpoint-${name(endpoint)}`).join(', ')} }`,
      ]);
    }
    for (const endpoint of endpoints.reachable) {
      this.affinitySets.set(set(endpoint), seconds);
      const target = this.#context.family === 4 ? `${endpoint.ip}:${endpoint.port}` : `[${endpoint.ip}]:${endpoint.port}`;
      this.chains.set(`endpoint-${name(endpoint)}`, [
        `update @${set(endpoint)} { ${this.#ipX} saddr }`,
        `meta l4proto ${port.protocol} dnat to ${target}`,
      ]);
    }
  }

  #addFirewall(port: ServicePortInfo): void {
    if (port.loadBalancerVIPs.length === 0 || port.loadBalancerSourceRanges.length === 0) return;
    const chain = `firewall-${servicePortBase(port)}`;
    const sources = [...port.loadBalancerSourceRanges];
    // The address is often also one of the node's own (an IP route): a request of the node to it loops back with that address as its source.
    if (sources.some((range) => contains(range, this.#context.nodeIP))) sources.push(...port.loadBalancerVIPs);
    this.chains.set(chain, [`${this.#ipX} saddr != { ${withoutOverlaps(sources).join(', ')} } drop`]);
    for (const ip of port.loadBalancerVIPs) this.#add(FIREWALL_IPS, ipKey(ip, port), `goto ${chain}`);
  }

  #add(container: string, key: string, value = ''): void {
    this.elements.push({ container, key, value });
  }
}

function affinityChain(port: ServicePortInfo, policy: Policy): string {
  return `${policy === 'cluster' ? 'service' : 'local'}-${servicePortBase(port)}`;
}

function ipKey(ip: string, port: ServicePortInfo): string {
  return `${ip} . ${port.protocol} . ${port.port}`;
}

function contains(range: string, ip: string | undefined): boolean {
  const cidr = parseCidr(range);
  const address = ip === undefined ? undefined : parseIp(ip);
  return cidr !== undefined && address !== undefined && cidrContains(cidr, address);
}

/** nft refuses overlapping intervals in one set: a range inside another is left out. */
export function withoutOverlaps(ranges: readonly string[]): string[] {
  const parsed = ranges.flatMap((range) => {
    const cidr = parseCidr(range) ?? parseCidr(`${range}/${range.includes(':') ? 128 : 32}`);
    return cidr ? [{ range, cidr }] : [];
  });
  parsed.sort((a, b) => a.cidr.prefixLength - b.cidr.prefixLength);
  const kept: typeof parsed = [];
  for (const one of parsed) if (!kept.some((k) => cidrContains(k.cidr, one.cidr.network))) kept.push(one);
  return kept.map((k) => k.range);
}

/**
 * Network policies as nftables sets and chains for the pods of one node (networking.k8s.io/v1). Pure.
 *
 * Pods that the same policies select share a chain; peers that are selected the same way share a set. So a pod that comes or goes changes elements of
 * sets, and only a policy that comes or goes changes rules.
 */
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../api/networking/v1.gen.ts';
import { cidrContains, formatCidr, parseCidr, parseIp, type Cidr } from '../../base/ip.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import { withoutOverlaps } from '../proxy/plan.ts';
import { transportProtocol, type TransportProtocol } from '../proxy/service-port.ts';
import { chainName, setName } from './policy-names.ts';
import type { PolicyPod, PolicyState } from './policy-state.ts';

export type Direction = 'ingress' | 'egress';

export interface PlannedSet {
  /** Addresses, or address . protocol . port. */
  readonly kind: 'addresses' | 'endpoints';
  readonly elements: ReadonlySet<string>;
}

export interface PolicyPlan {
  readonly sets: ReadonlyMap<string, PlannedSet>;
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Pod address to the chain that decides on what it receives; a pod that is not isolated is absent. */
  readonly ingress: ReadonlyMap<string, string>;
  /** The same for what it sends. */
  readonly egress: ReadonlyMap<string, string>;
}

export function planPolicies(state: PolicyState): PolicyPlan {
  const plan = new Planner(state);
  for (const direction of ['ingress', 'egress'] as const) plan.addDirection(direction);
  return plan;
}

class Planner implements PolicyPlan {
  readonly sets = new Map<string, { kind: PlannedSet['kind']; elements: Set<string> }>();
  readonly chains = new Map<string, readonly string[]>();
  readonly ingress = new Map<string, string>();
  readonly egress = new Map<string, string>();
  readonly #state: PolicyState;
  readonly #ipX: 'ip' | 'ip6';
  readonly #podsByNamespace = new Map<string, PolicyPod[]>();
  readonly #matches = new Map<string, readonly PolicyPod[]>();

  constructor(state: PolicyState) {
    this.#state = state;
    this.#ipX = state.family === 4 ? 'ip' : 'ip6';
    for (const pod of state.pods) {
      const list = this.#podsByNamespace.get(pod.namespace) ?? [];
      list.push(pod);
      this.#podsByNamespace.set(pod.namespace, list);
    }
  }

  addDirection(direction: Direction): void {
    const policiesOf = new Map<PolicyPod, string[]>();
    for (const policy of this.#state.policies) {
      if (!policyTypes(policy).has(direction)) continue;
      const selected = this.#podsIn(policy.metadata.namespace ?? '', policy.spec.podSelector ?? {}).filter((pod) => pod.isLocal);
      if (selected.length === 0) continue;
      const chain = chainName(direction, `${policy.metadata.namespace}/${policy.metadata.name}`);
      this.chains.set(chain, direction === 'ingress' ? this.#ingressRules(policy, selected) : this.#egressRules(policy));
      for (const pod of selected) policiesOf.set(pod, [...(policiesOf.get(pod) ?? []), chain]);
    }
    for (const [pod, chains] of policiesOf) {
      const sorted = chains.sort();
      const chain = chainName(`${direction}-pods`, sorted.join(' '));
      // Isolated: what no policy accepts is dropped.
      this.chains.set(chain, [...sorted.map((name) => `jump ${name}`), 'drop']);
      for (const ip of pod.ips) this[direction].set(ip, chain);
    }
  }

  #ingressRules(policy: NetworkPolicy, selected: readonly PolicyPod[]): string[] {
    const rules: string[] = [];
    for (const rule of policy.spec.ingress ?? []) {
      const peers = this.#peerMatches(policy, rule.from ?? [], 'saddr');
      const ports = this.#portMatches(rule.ports ?? [], selected);
      for (const peer of peers) for (const port of ports) rules.push(words(peer, port, 'accept'));
    }
    return rules;
  }

  #egressRules(policy: NetworkPolicy): string[] {
    const rules: string[] = [];
    for (const rule of policy.spec.egress ?? []) {
      const ports = rule.ports ?? [];
      const pods = this.#peerPods(policy, rule.to ?? []);
      const numbered = ports.filter((port) => typeof port.port !== 'string');
      if (ports.length === 0 || numbered.length > 0) {
        const portMatches = this.#portMatches(numbered, []);
        for (const peer of this.#peerMatches(policy, rule.to ?? [], 'daddr'))
          for (const port of portMatches) rules.push(words(peer, port, 'accept'));
      }
      // A name means another number at each peer, so peer and port make one set; so does a server whose ports are translated.
      const endpoints = [...this.#namedEndpoints(ports, pods), ...this.#translatedEndpoints(policy, rule.to ?? [], ports)];
      if (endpoints.length > 0) rules.push(words(this.#endpointMatch(this.#addSet('endpoints', endpoints)), 'accept'));
    }
    return rules;
  }

  /** Matches for one address of the packet; [''] when every peer is meant, [] when none is there. */
  #peerMatches(policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[], side: 'saddr' | 'daddr'): string[] {
    if (peers.length === 0) return [''];
    const matches: string[] = [];
    const addresses = new Set<string>();
    for (const peer of peers) {
      if (peer.ipBlock) {
        const block = this.#blockMatch(peer.ipBlock.cidr, peer.ipBlock.except ?? [], side);
        if (block) matches.push(block);
      } else {
        for (const pod of this.#podsOf(policy, peer)) if (!pod.onlyPorts) for (const ip of pod.ips) addresses.add(ip);
      }
    }
    // An empty set stays a set: its rule need not change when the first pod comes.
    if (peers.some((peer) => !peer.ipBlock))
      matches.push(`${this.#ipX} ${side} @${this.#addSet('addresses', addresses, peerKey(policy, peers))}`);
    return matches;
  }

  #blockMatch(cidrText: string, except: readonly string[], side: 'saddr' | 'daddr'): string | undefined {
    const cidr = this.#cidr(cidrText);
    if (!cidr) return undefined;
    const excluded = withoutOverlaps(except.flatMap((text) => this.#cidr(text) ?? []).map(formatCidr));
    const inside = cidr.prefixLength === 0 ? '' : `${this.#ipX} ${side} ${formatCidr(cidr)}`;
    return words(inside, excluded.length > 0 ? `${this.#ipX} ${side} != { ${excluded.join(', ')} }` : '');
  }

  #cidr(text: string): Cidr | undefined {
    const cidr = parseCidr(text);
    return cidr?.family === this.#state.family ? cidr : undefined;
  }

  /** Matches for the port that is called; [''] without restriction. `selected`: pods whose names of ports count (ingress). */
  #portMatches(ports: readonly NetworkPolicyPort[], selected: readonly PolicyPod[]): string[] {
    if (ports.length === 0) return [''];
    const matches: string[] = [];
    for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
      const ofProtocol = ports.filter((port) => transportProtocol(port.protocol) === protocol && typeof port.port !== 'string');
      if (ofProtocol.some((port) => port.port === undefined)) matches.push(`meta l4proto ${protocol}`);
      else if (ofProtocol.length > 0)
        matches.push(`meta l4proto ${protocol} th dport { ${mergeRanges(ofProtocol.map(rangeOf)).join(', ')} }`);
    }
    if (selected.length > 0 && ports.some((port) => typeof port.port === 'string')) {
      matches.push(this.#endpointMatch(this.#addSet('endpoints', this.#namedEndpoints(ports, selected))));
    }
    return matches;
  }

  #namedEndpoints(ports: readonly NetworkPolicyPort[], pods: readonly PolicyPod[]): string[] {
    const out: string[] = [];
    for (const port of ports) {
      if (typeof port.port !== 'string') continue;
      const protocol = transportProtocol(port.protocol);
      for (const pod of pods) {
        for (const own of pod.ports)
          if (own.name === port.port && own.protocol === protocol) out.push(...endpointsOf(pod, protocol, own.wirePort ?? own.port));
      }
    }
    return out;
  }

  /** Servers on translated ports that a rule allows, by selector, by address or because it allows everybody. */
  #translatedEndpoints(policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[], ports: readonly NetworkPolicyPort[]): string[] {
    const out: string[] = [];
    for (const pod of this.#state.pods) {
      if (!pod.onlyPorts || !this.#isPeer(policy, peers, pod)) continue;
      for (const own of pod.ports) {
        const allowed = ports.length === 0 || ports.some((port) => allows(port, own.protocol, own.port, own.name));
        if (allowed) out.push(...endpointsOf(pod, own.protocol, own.wirePort ?? own.port));
      }
    }
    return out;
  }

  #isPeer(policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[], pod: PolicyPod): boolean {
    if (peers.length === 0) return true;
    return peers.some((peer) => {
      if (!peer.ipBlock) return this.#podsOf(policy, peer).includes(pod);
      const { cidr, except } = peer.ipBlock;
      return pod.ips.some((ip) => this.#inBlock(ip, cidr) && !(except ?? []).some((inner) => this.#inBlock(ip, inner)));
    });
  }

  #inBlock(ip: string, block: string): boolean {
    const cidr = this.#cidr(block);
    const address = parseIp(ip);
    return cidr !== undefined && address !== undefined && cidrContains(cidr, address);
  }

  #peerPods(policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[]): readonly PolicyPod[] {
    if (peers.length === 0) return this.#state.pods;
    return peers.flatMap((peer) => (peer.ipBlock ? [] : this.#podsOf(policy, peer)));
  }

  /** Pods that one peer names: in the policy's namespace unless it has a namespace selector. */
  #podsOf(policy: NetworkPolicy, peer: NetworkPolicyPeer): readonly PolicyPod[] {
    if (!peer.namespaceSelector) return this.#podsIn(policy.metadata.namespace ?? '', peer.podSelector ?? {});
    const key = JSON.stringify([peer.namespaceSelector, peer.podSelector ?? {}]);
    const known = this.#matches.get(key);
    if (known) return known;
    const selector = labelSelectorAsSelector(peer.namespaceSelector);
    const pods: PolicyPod[] = [];
    for (const [name, labels] of this.#state.namespaces)
      if (selector.matches(labels)) pods.push(...this.#podsIn(name, peer.podSelector ?? {}));
    this.#matches.set(key, pods);
    return pods;
  }

  #podsIn(namespace: string, podSelector: NonNullable<NetworkPolicyPeer['podSelector']>): readonly PolicyPod[] {
    const key = `${namespace} ${JSON.stringify(podSelector)}`;
    const known = this.#matches.get(key);
    if (known) return known;
    const selector = labelSelectorAsSelector(podSelector);
    const pods = (this.#podsByNamespace.get(namespace) ?? []).filter((pod) => selector.matches(pod.labels));
    this.#matches.set(key, pods);
    return pods;
  }

  #endpointMatch(set: string): string {
    return `${this.#ipX} daddr . meta l4proto . th dport @${set}`;
  }

  /** Sets with a key keep their name whatever they hold; others are named by what they hold, being small. */
  #addSet(kind: PlannedSet['kind'], elements: Iterable<string>, key?: string): string {
    const unique = new Set(elements);
    const name = setName(kind, key ?? [...unique].sort().join(' '));
    this.sets.set(name, { kind, elements: unique });
    return name;
  }
}

/** Both absent policyTypes and what the API server fills in: ingress always, egress when there are egress rules. */
function policyTypes({ spec }: NetworkPolicy): Set<string> {
  const types = spec.policyTypes ?? ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])];
  return new Set(types.map((type) => type.toLowerCase()));
}

function peerKey(policy: NetworkPolicy, peers: readonly NetworkPolicyPeer[]): string {
  const selectors = peers.filter((peer) => !peer.ipBlock).map((peer) => [peer.namespaceSelector ?? null, peer.podSelector ?? {}]);
  // Without a namespace selector the policy's own namespace is meant.
  const local = selectors.some(([namespace]) => namespace === null) ? policy.metadata.namespace : '';
  return `${local} ${JSON.stringify(selectors)}`;
}

function endpointsOf(pod: PolicyPod, protocol: TransportProtocol, port: number): string[] {
  return pod.ips.map((ip) => `${ip} . ${protocol} . ${port}`);
}

function allows(port: NetworkPolicyPort, protocol: TransportProtocol, number: number, name: string): boolean {
  if (transportProtocol(port.protocol) !== protocol) return false;
  if (port.port === undefined || port.port === name) return true;
  return typeof port.port === 'number' && number >= port.port && number <= (port.endPort ?? port.port);
}

type Range = readonly [from: number, to: number];

function rangeOf(port: NetworkPolicyPort): Range {
  const from = Number(port.port);
  return [from, Math.max(from, port.endPort ?? from)];
}

/** nft refuses overlapping intervals. */
function mergeRanges(ranges: readonly Range[]): string[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
}

function words(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ');
}

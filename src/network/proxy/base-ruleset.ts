/** The part of the table that does not depend on services: containers, chains on the kernel's hooks and what leads from them to the maps. */
import type { IpFamily } from '../../base/ip.ts';
import {
  CLUSTER_IPS,
  FIREWALL_IPS,
  HAIRPIN_CONNECTIONS,
  LIVENESS_CHAIN,
  NODEPORT_IPS,
  NO_ENDPOINT_NODEPORTS,
  NO_ENDPOINT_SERVICES,
  REJECT_CHAIN,
  SERVICE_IPS,
  SERVICE_NODEPORTS,
  TABLE,
  externalChain,
  parseEndpointsMap,
  policyMap,
  type KeyKind,
} from './names.ts';

/** How traffic of pods is told from other traffic. */
export type LocalDetector =
  | { readonly kind: 'none' }
  | { readonly kind: 'cidrs'; readonly cidrs: readonly string[] }
  | { readonly kind: 'bridge'; readonly interface: string }
  | { readonly kind: 'interfacePrefix'; readonly prefix: string };

export interface BaseRulesetOptions {
  readonly family: IpFamily;
  /** Masquerade everything sent to a cluster IP, not only what comes from outside. */
  readonly masqueradeAll: boolean;
  /** Bit of the packet mark that asks for masquerade. */
  readonly masqueradeBit: number;
  readonly localDetector: LocalDetector;
  /** Addresses that accept node ports; 'all' for every address of the node. Loopback never does. */
  readonly nodePortIPs: readonly string[] | 'all';
  /** Ranges of service IPs (of this family): what is sent to an unallocated one is dropped. */
  readonly serviceCIDRs: readonly string[];
}

/** Text of the table's name, `ip kube-proxy`. */
export function tableName(family: IpFamily): string {
  return `${family === 4 ? 'ip' : 'ip6'} ${TABLE}`;
}

export class BaseRuleset {
  readonly #table: string;
  readonly #ipX: 'ip' | 'ip6';
  readonly #options: BaseRulesetOptions;

  constructor(options: BaseRulesetOptions) {
    this.#options = options;
    this.#table = tableName(options.family);
    this.#ipX = options.family === 4 ? 'ip' : 'ip6';
  }

  /** Replaces whatever the table held by empty containers and the fixed chains. */
  script(): string[] {
    const add = `add table ${this.#table} { comment "rules for kube-proxy" ; }`;
    return [add, `delete table ${this.#table}`, add, ...this.#containers(), ...this.#chains(), ...this.#nodePortElements()];
  }

  /** Makes the map for a number of endpoints and the chain of the same name that translates by it. */
  endpointsScript(name: string): string[] {
    const parsed = parseEndpointsMap(name);
    if (!parsed) throw new Error(`Cannot declare container ${name}: it is none of the proxy's`);
    const { kind, count } = parsed;
    const random = count === 1 ? '' : ` . numgen random mod ${count}`;
    const key = `${this.#key(kind)}${random}`;
    return [
      `add map ${this.#table} ${name} { typeof ${key} : ${this.#ipX} daddr . th dport ; }`,
      `add chain ${this.#table} ${name}`,
      `add rule ${this.#table} ${name} meta l4proto { tcp, udp, sctp } dnat ${this.#ipX} addr . port to ${key} map @${name}`,
    ];
  }

  #key(kind: KeyKind): string {
    return kind === 'ip' ? `${this.#ipX} daddr . meta l4proto . th dport` : 'meta l4proto . th dport';
  }

  #containers(): string[] {
    const address = this.#options.family === 4 ? 'ipv4_addr' : 'ipv6_addr';
    const ipVerdict = `type ${address} . inet_proto . inet_service : verdict`;
    const portVerdict = 'type inet_proto . inet_service : verdict';
    const set = (name: string, type: string, comment: string) => `add set ${this.#table} ${name} { ${type} ; comment "${comment}" ; }`;
    const map = (name: string, type: string, comment: string) => `add map ${this.#table} ${name} { ${type} ; comment "${comment}" ; }`;
    return [
      set(CLUSTER_IPS, `type ${address}`, 'Active ClusterIPs'),
      set(NODEPORT_IPS, `type ${address}`, 'IPs that accept NodePort traffic'),
      set(HAIRPIN_CONNECTIONS, `type ${address} . ${address} . inet_proto . inet_service`, 'service hairpin connections'),
      map(FIREWALL_IPS, ipVerdict, 'destinations that are subject to LoadBalancerSourceRanges'),
      map(SERVICE_IPS, ipVerdict, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'),
      map(SERVICE_NODEPORTS, portVerdict, 'NodePort traffic'),
      map(NO_ENDPOINT_SERVICES, ipVerdict, 'vmap to drop or reject packets to services with no endpoints'),
      map(NO_ENDPOINT_NODEPORTS, portVerdict, 'vmap to drop or reject packets to service nodeports with no endpoints'),
      map(policyMap('ip', 'cluster'), ipVerdict, 'external traffic under Cluster policy'),
      map(policyMap('ip', 'local'), ipVerdict, 'external traffic under Local policy'),
      map(policyMap('nodeport', 'cluster'), portVerdict, 'NodePort traffic under Cluster policy'),
      map(policyMap('nodeport', 'local'), portVerdict, 'NodePort traffic under Local policy'),
    ];
  }

  #chains(): string[] {
    const dnat = 'priority dstnat';
    const hooks: [string, string][] = [
      // Before address translation: what source ranges guard is the address the client used.
      ['filter-prerouting-pre-dnat', `type filter hook prerouting ${dnat} - 10`],
      ['filter-output-pre-dnat', 'type filter hook output priority -110'],
      ['filter-input', 'type filter hook input priority filter'],
      ['filter-forward', 'type filter hook forward priority filter'],
      ['filter-output', 'type filter hook output priority filter'],
      ['nat-prerouting', `type nat hook prerouting ${dnat}`],
      ['nat-output', 'type nat hook output priority -100'],
      ['nat-postrouting', 'type nat hook postrouting priority srcnat'],
    ];
    const rules = this.#rules();
    return [
      ...hooks.map(([name, spec]) => `add chain ${this.#table} ${name} { ${spec} ; }`),
      ...[...rules.keys()].filter((name) => !hooks.some(([hook]) => hook === name)).map((name) => `add chain ${this.#table} ${name}`),
      ...[...rules].flatMap(([name, list]) => list.map((rule) => `add rule ${this.#table} ${name} ${rule}`)),
    ];
  }

  /** Rules by chain, in upstream's order. Chains are only jumped to once all exist. */
  #rules(): Map<string, string[]> {
    const ip = this.#key('ip');
    const onNodePort = this.#nodePortMatch();
    const local = this.#local();
    const mark = this.#markMasquerade();
    const external = (kind: KeyKind): [string, string[]][] => [
      [externalChain(kind, 'cluster'), [mark, `${this.#key(kind)} vmap @${policyMap(kind, 'cluster')}`]],
      [
        externalChain(kind, 'local'),
        [
          // Traffic of pods is treated as if it had gone out to the load balancer and come back: neither policy applies.
          ...(local ? [`${local.match} ${this.#key(kind)} vmap @${policyMap(kind, 'cluster')}`] : []),
          // The node's own traffic may have the service's address as its source.
          `fib saddr type local ${mark}`,
          `fib saddr type local ${this.#key(kind)} vmap @${policyMap(kind, 'cluster')}`,
          `${this.#key(kind)} vmap @${policyMap(kind, 'local')}`,
        ],
      ],
    ];
    return new Map<string, string[]>([
      [REJECT_CHAIN, ['reject']],
      [LIVENESS_CHAIN, []],
      ['service-endpoints-check', [`${ip} vmap @${NO_ENDPOINT_SERVICES}`]],
      ['nodeport-endpoints-check', [`${onNodePort.withoutFib} ${this.#key('nodeport')} vmap @${NO_ENDPOINT_NODEPORTS}`]],
      ['firewall-check', [`${ip} vmap @${FIREWALL_IPS}`]],
      ['cluster-ips-check', this.#clusterIPsCheck()],
      ['masquerading', this.#masquerading()],
      ...external('ip'),
      ...external('nodeport'),
      [
        'services',
        [
          ...this.#clusterIPMasquerade(local?.negated),
          `${ip} vmap @${SERVICE_IPS}`,
          `${onNodePort.withFib} ${this.#key('nodeport')} vmap @${SERVICE_NODEPORTS}`,
        ],
      ],
      ['filter-input', ['ct state new jump nodeport-endpoints-check', 'ct state new jump service-endpoints-check']],
      ['filter-forward', ['ct state new jump service-endpoints-check', 'ct state new jump cluster-ips-check']],
      ['filter-output', ['ct state new jump service-endpoints-check', 'ct state new jump cluster-ips-check']],
      ['filter-prerouting-pre-dnat', ['ct state new jump firewall-check']],
      ['filter-output-pre-dnat', ['ct state new jump firewall-check']],
      ['nat-output', ['jump services']],
      ['nat-prerouting', ['jump services']],
      ['nat-postrouting', ['jump masquerading']],
    ]);
  }

  #mark(): string {
    return `0x${(1 << this.#options.masqueradeBit).toString(16).padStart(8, '0')}`;
  }

  #markMasquerade(): string {
    return `mark set mark or ${this.#mark()}`;
  }

  #masquerading(): string[] {
    const hairpin = `${this.#ipX} saddr . ${this.#ipX} daddr . meta l4proto . th dport @${HAIRPIN_CONNECTIONS}`;
    return [
      `mark and ${this.#mark()} != 0 mark set mark xor ${this.#mark()} masquerade fully-random`,
      // An endpoint that reaches itself through a service must see another source than itself.
      `ct status dnat ${hairpin} masquerade fully-random`,
    ];
  }

  #clusterIPsCheck(): string[] {
    const { serviceCIDRs } = this.#options;
    return [
      `${this.#ipX} daddr @${CLUSTER_IPS} reject`,
      ...(serviceCIDRs.length > 0 ? [`${this.#ipX} daddr { ${serviceCIDRs.join(', ')} } drop`] : []),
    ];
  }

  /** Traffic from outside the cluster to a cluster IP may bounce to another node and must come back here. */
  #clusterIPMasquerade(notLocal: string | undefined): string[] {
    const toClusterIP = `${this.#ipX} daddr @${CLUSTER_IPS}`;
    if (this.#options.masqueradeAll) return [`${toClusterIP} ${this.#markMasquerade()}`];
    return notLocal === undefined ? [] : [`${toClusterIP} ${notLocal} ${this.#markMasquerade()}`];
  }

  #local(): { match: string; negated: string } | undefined {
    const detector = this.#options.localDetector;
    if (detector.kind === 'bridge') return { match: `iifname "${detector.interface}"`, negated: `iifname != "${detector.interface}"` };
    if (detector.kind === 'interfacePrefix') return { match: `iifname "${detector.prefix}*"`, negated: `iifname != "${detector.prefix}*"` };
    if (detector.kind !== 'cidrs' || detector.cidrs.length === 0) return undefined;
    const set = `{ ${detector.cidrs.join(', ')} }`;
    return { match: `${this.#ipX} saddr ${set}`, negated: `${this.#ipX} saddr != ${set}` };
  }

  #nodePortMatch(): { withFib: string; withoutFib: string } {
    if (this.#options.nodePortIPs !== 'all') {
      const match = `${this.#ipX} daddr @${NODEPORT_IPS}`;
      return { withFib: match, withoutFib: match };
    }
    const notLoopback = this.#options.family === 4 ? 'ip daddr != 127.0.0.0/8' : 'ip6 daddr != ::1';
    return { withFib: `fib daddr type local ${notLoopback}`, withoutFib: notLoopback };
  }

  #nodePortElements(): string[] {
    const ips = this.#options.nodePortIPs;
    if (ips === 'all' || ips.length === 0) return [];
    return [`add element ${this.#table} ${NODEPORT_IPS} { ${ips.join(', ')} }`];
  }
}

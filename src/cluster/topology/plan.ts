/** The network between a machine and its nodes' namespaces, as `ip` commands and one nftables table. Pure. */
import type { ClusterConfig, ClusterNode } from '../config/cluster-config.ts';
import { loopbackPorts, registryMirrors } from '../config/registry-mirrors.ts';

export interface Topology {
  readonly bridge: NonNullable<ClusterConfig['bridge']>;
  readonly nodes: readonly (ClusterNode & { readonly namespace: string })[];
  /** Ports on the machine's loopback interface that the nodes reach at the bridge's address. */
  readonly loopbackPorts: readonly number[];
}

/** Undefined when the cluster has no bridge: its node is the machine. */
export function topologyOf(config: ClusterConfig): Topology | undefined {
  if (!config.bridge) return undefined;
  const nodes = config.nodes.flatMap((n) => (n.namespace ? [{ ...n, namespace: n.namespace }] : []));
  return { bridge: config.bridge, nodes, loopbackPorts: loopbackPorts(registryMirrors(config)) };
}

const prefixOf = (cidr: string) => cidr.split('/')[1] ?? '24';

/** Lines for `ip -batch`, on the machine. */
export function bridgeCommands({ bridge }: Topology): string[] {
  return [
    `link add name ${bridge.name} type bridge`,
    `address add ${bridge.address}/${prefixOf(bridge.cidr)} dev ${bridge.name}`,
    `link set dev ${bridge.name} up`,
  ];
}

/** The machine's end of a node's cable. At most 15 characters. */
export function cableName(topology: Topology, index: number): string {
  return `wv${topology.bridge.name.slice(-6)}-${index + 1}`;
}

/** Lines for `ip -batch`, on the machine: a new namespace and the cable into it. */
export function nodeCommands(topology: Topology, index: number): string[] {
  const cable = cableName(topology, index);
  const namespace = topology.nodes[index]?.namespace ?? '';
  return [
    `netns add ${namespace}`,
    `link add name ${cable} type veth peer name eth0 netns ${namespace}`,
    `link set dev ${cable} master ${topology.bridge.name} up`,
  ];
}

/** Lines for `ip -batch`, inside the node's namespace. */
export function insideCommands(topology: Topology, index: number): string[] {
  const address = topology.nodes[index]?.address ?? '';
  return [
    'link set dev lo up',
    `address add ${address}/${prefixOf(topology.bridge.cidr)} dev eth0`,
    'link set dev eth0 up',
    `route add default via ${topology.bridge.address}`,
  ];
}

/** nft commands, on the machine: what leaves the nodes for the world gets the machine's address; registries on loopback are let in. */
export function bridgeRuleset({ bridge, loopbackPorts: ports }: Topology): string {
  const dnat = ports.length
    ? [`    iifname "${bridge.name}" ip daddr ${bridge.address} tcp dport { ${ports.join(', ')} } dnat to 127.0.0.1`]
    : [];
  return [
    `add table ip ${bridge.name}`,
    `delete table ip ${bridge.name}`,
    `table ip ${bridge.name} {`,
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    ...dnat,
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr ${bridge.cidr} oifname != "${bridge.name}" masquerade`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** The machine reaches Services through the first node, whose kube-proxy gives such packets its own address. */
export function serviceRoute(topology: Topology, serviceCidr: string): string {
  return `route replace ${serviceCidr} via ${topology.nodes[0]?.address ?? ''} dev ${topology.bridge.name}`;
}

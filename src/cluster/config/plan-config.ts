/** Decides a cluster's configuration from what was asked, what there was before and what the machine is. Pure. */
import { createHash } from 'node:crypto';
import { cidrAddress, cidrContains, formatIp, parseCidr, type Cidr } from '../../base/ip.ts';
import { UsageError } from '../cli/flags.ts';
import type { ClusterConfig, ClusterNode } from './cluster-config.ts';

export interface UpRequest {
  /** Undefined: as before, or one. */
  readonly nodes?: number | undefined;
  readonly nodeName?: string | undefined;
  readonly port?: number | undefined;
  readonly serviceCidr?: string | undefined;
  readonly podCidr?: string | undefined;
  readonly registryMirrors?: readonly string[] | undefined;
  readonly exampleRegistryPort?: number | undefined;
  /** Containers cannot be run: the nodes are simulated. */
  readonly simulated?: boolean | undefined;
}

export interface MachineFacts {
  readonly dataDir: string;
  readonly hostname: string;
  /** The address other machines reach this one by; undefined when it has none but loopback. */
  readonly address?: string | undefined;
  /** Destinations of the machine's routes, as CIDR blocks. */
  readonly routes: readonly string[];
}

export const DEFAULT_PORT = 6443;
/** kubeadm's range first, then others for a machine that has a route to it, for example into another cluster. */
const SERVICE_CIDRS = ['10.96.0.0/12', '10.112.0.0/12', '10.128.0.0/12', '10.144.0.0/12'];
const POD_CIDRS = ['10.244.0.0/16', '10.245.0.0/16', '10.246.0.0/16', '10.247.0.0/16'];
/** Addresses of simulated nodes: nothing has them. */
const SIMULATED_CIDR = '10.64.0.0/16';
const BRIDGE_CIDRS = Array.from({ length: 256 }, (_, third) => `172.30.${third}.0/24`);
const MAX_NODES = 100;
/** The machine has the first address of the bridge, nodes start at the eleventh. */
const FIRST_NODE_OFFSET = 11;

export function planConfig(request: UpRequest, existing: ClusterConfig | undefined, facts: MachineFacts): ClusterConfig {
  const count = request.nodes ?? existing?.nodes.length ?? 1;
  if (count < 1 || count > MAX_NODES) throw new UsageError(`--nodes must be between 1 and ${MAX_NODES}`);
  if (existing) refuseChanges(existing, request, count);
  const id = existing?.id ?? createHash('sha256').update(facts.dataDir).digest('hex').slice(0, 6);
  const serviceCidr = existing?.serviceCidr ?? request.serviceCidr ?? firstFree(SERVICE_CIDRS, facts.routes);
  const simulated = request.simulated === true;
  const bridge = existing ? existing.bridge : !simulated && (count > 1 || !facts.address) ? newBridge(id, facts.routes) : undefined;
  const port = request.exampleRegistryPort ?? existing?.exampleRegistryPort;
  return {
    version: 1,
    id,
    port: request.port ?? existing?.port ?? DEFAULT_PORT,
    advertiseAddress: bridge?.address ?? facts.address ?? '127.0.0.1',
    serviceCidr,
    podCidr: existing?.podCidr ?? request.podCidr ?? firstFree(POD_CIDRS, facts.routes),
    clusterDomain: 'cluster.local',
    dnsAddress: addressIn(serviceCidr, 10),
    nodes: planNodes(count, id, bridge, existing, request, facts),
    ...(simulated && { simulated }),
    ...(bridge && { bridge }),
    registryMirrors: request.registryMirrors?.length ? request.registryMirrors : (existing?.registryMirrors ?? []),
    ...(port !== undefined && !simulated && { exampleRegistryPort: port }),
  };
}

/** The n-th address of a block; throws when the block is wrong or too small. */
export function addressIn(cidr: string, offset: number): string {
  const block = parseCidr(cidr);
  const address = block && cidrAddress(block, offset);
  if (!address) throw new UsageError(`${cidr} is no address range with at least ${offset + 1} addresses`);
  return formatIp(address);
}

function refuseChanges(existing: ClusterConfig, request: UpRequest, count: number): void {
  const next = 'Remove the cluster first ("wherry reset"), or make another one with --data-dir';
  if (count < existing.nodes.length)
    throw new UsageError(`The cluster has ${existing.nodes.length} nodes and cannot shrink to ${count}. ${next}`);
  if (Boolean(existing.simulated) !== Boolean(request.simulated))
    throw new UsageError(
      `The cluster has ${existing.simulated ? 'simulated' : 'real'} nodes, and now containers ${existing.simulated ? 'can' : 'cannot'} be run. ${next}`,
    );
  if (count > existing.nodes.length && !existing.bridge && !existing.simulated)
    throw new UsageError(`The cluster's node is the machine itself, so it cannot grow to ${count} nodes. ${next}`);
  for (const field of ['serviceCidr', 'podCidr'] as const)
    if (request[field] !== undefined && request[field] !== existing[field])
      throw new UsageError(`The cluster uses ${existing[field]}, which cannot be changed. ${next}`);
}

function planNodes(
  count: number,
  id: string,
  bridge: ClusterConfig['bridge'],
  existing: ClusterConfig | undefined,
  request: UpRequest,
  facts: MachineFacts,
): ClusterNode[] {
  const first = existing?.nodes[0];
  if (count === 1 && !first?.namespace && !request.simulated) {
    const name = first?.name ?? request.nodeName ?? nodeName(facts.hostname);
    return [{ name, address: bridge?.address ?? facts.address ?? '127.0.0.1' }];
  }
  return Array.from({ length: count }, (_, i) => {
    const name = `node-${i + 1}`;
    if (request.simulated) return existing?.nodes[i] ?? { name, address: addressIn(SIMULATED_CIDR, i + 1) };
    return existing?.nodes[i] ?? { name, address: addressIn(bridge?.cidr ?? '', FIRST_NODE_OFFSET + i), namespace: `wherry-${id}-${name}` };
  });
}

/** A valid node name from a host name. */
function nodeName(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name === '' ? 'node-1' : name;
}

/** The first of 172.30.0.0/24, 172.30.1.0/24, ... that no route of the machine overlaps. */
function newBridge(id: string, routes: readonly string[]): NonNullable<ClusterConfig['bridge']> {
  const cidr = firstFree(BRIDGE_CIDRS, routes);
  return { name: `wherry-${id}`, address: addressIn(cidr, 1), cidr };
}

/** The first range that no route overlaps; the first of all when every one is taken. */
function firstFree(candidates: readonly string[], routes: readonly string[]): string {
  const taken = routes.flatMap((r) => parseCidr(r) ?? []);
  const isFree = (cidr: string) => {
    const block = parseCidr(cidr);
    return block !== undefined && !taken.some((t) => overlaps(t, block));
  };
  return candidates.find(isFree) ?? candidates[0] ?? '';
}

function overlaps(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b.network) || cidrContains(b, a.network);
}

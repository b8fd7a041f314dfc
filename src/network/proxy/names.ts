/** Names of what the proxy keeps in its nftables table. Where upstream has the same thing, it has the same name. */
import { createHash } from 'node:crypto';
import type { EndpointInfo } from './endpoint.ts';
import type { ServicePortInfo } from './service-port.ts';

/** Both families have a table of this name. */
export const TABLE = 'kube-proxy';

export const CLUSTER_IPS = 'cluster-ips';
export const NODEPORT_IPS = 'nodeport-ips';
export const HAIRPIN_CONNECTIONS = 'hairpin-connections';
export const FIREWALL_IPS = 'firewall-ips';
export const SERVICE_IPS = 'service-ips';
export const SERVICE_NODEPORTS = 'service-nodeports';
export const NO_ENDPOINT_SERVICES = 'no-endpoint-services';
export const NO_ENDPOINT_NODEPORTS = 'no-endpoint-nodeports';
export const REJECT_CHAIN = 'reject-chain';
/** An empty chain: as long as it can be flushed, the table is ours. */
export const LIVENESS_CHAIN = 'liveness';
export const AFFINITY_PREFIX = 'affinity-';

/** How a packet is recognised: by virtual IP, protocol and port, or (node ports) by protocol and port on an address of the node. */
export type KeyKind = 'ip' | 'nodeport';
export type Policy = 'cluster' | 'local';

/** Chain that external traffic goes to: it masquerades or short-circuits, then looks up the policy's map. */
export function externalChain(kind: KeyKind, policy: Policy): string {
  return `external-${kind}-${policy}`;
}

/** Verdict map from key to where the traffic of a policy goes; used by external traffic only. */
export function policyMap(kind: KeyKind, policy: Policy): string {
  return `${kind}-${policy}-policy`;
}

/** Map from key (and random number below `count`) to an endpoint, and the chain that translates by it. One for each number of endpoints. */
export function endpointsMap(kind: KeyKind, policy: Policy, count: number): string {
  return `${kind}-${policy}-endpoints-${count}`;
}

const ENDPOINTS_MAP = /^(ip|nodeport)-(?:cluster|local)-endpoints-(\d+)$/;

/** The inverse of endpointsMap(); undefined for other names. */
export function parseEndpointsMap(name: string): { readonly kind: KeyKind; readonly count: number } | undefined {
  const match = ENDPOINTS_MAP.exec(name);
  return match ? { kind: match[1] as KeyKind, count: Number(match[2]) } : undefined;
}

/** Longest name of ours without its prefix; the kernel's limit is 255. */
const BASE_LENGTH_MAX = 236;

/** Base name of a port's own chains, for example `1a2b3c4d5e-default/web/tcp/http`. */
export function servicePortBase(port: ServicePortInfo): string {
  return hashed(`${port.namespace}/${port.service}/${port.protocol}/${port.name}`);
}

/** Base name of what belongs to one endpoint of one port. */
export function endpointBase(port: ServicePortInfo, endpoint: EndpointInfo): string {
  return hashed(`${port.namespace}/${port.service}/${port.protocol}/${port.name}__${endpoint.ip.replaceAll(':', '.')}/${endpoint.port}`);
}

/** The hash keeps names apart when they have to be cut. Names and ports hold only what nft allows; whatever else came in would not reach nft. */
function hashed(name: string): string {
  const full = `${createHash('sha256').update(name).digest('hex').slice(0, 10)}-${name.replaceAll(/[^A-Za-z0-9_./-]/g, '_')}`;
  return full.length > BASE_LENGTH_MAX ? `${full.slice(0, BASE_LENGTH_MAX - 3)}...` : full;
}

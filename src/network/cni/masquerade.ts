/** The rule that hides pods behind the node when they talk to something outside the cluster. Pure: a script for nft. */
import type { IpFamily } from '../../base/ip.ts';

export const MASQUERADE_TABLE = 'wherry-masquerade';
export const MASQUERADE_CHAIN = 'postrouting';

export interface MasqueradeOptions {
  readonly family: IpFamily;
  /** Pod ranges of this node, of the family. */
  readonly podCIDRs: readonly string[];
  /** What is reached with the pod's own address: pod ranges of the whole cluster, and more if the operator says so. */
  readonly nonMasqueradeCIDRs: readonly string[];
}

/** Replaces the table. Without pod ranges of the family it is left empty. */
export function masqueradeScript(options: MasqueradeOptions): string[] {
  const ipX = options.family === 4 ? 'ip' : 'ip6';
  const table = `${ipX} ${MASQUERADE_TABLE}`;
  const multicast = options.family === 4 ? '224.0.0.0/4' : 'ff00::/8';
  const exempt = [...options.nonMasqueradeCIDRs, multicast].join(', ');
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table} { comment "pod traffic that leaves the cluster" ; }`,
    `add chain ${table} ${MASQUERADE_CHAIN} { type nat hook postrouting priority srcnat ; }`,
    ...options.podCIDRs.map(
      (cidr) => `add rule ${table} ${MASQUERADE_CHAIN} ${ipX} saddr ${cidr} ${ipX} daddr != { ${exempt} } masquerade fully-random`,
    ),
  ];
}

/** Which routes a node needs to the pods of the other nodes. Pure. */
import type { Node } from '../../api/core/v1.gen.ts';
import { cidrContains, formatCidr, formatIp, parseCidr, parseIp, type Cidr, type IpFamily } from '../../base/ip.ts';

export interface PodRoute {
  /** Pod range of the other node. */
  readonly destination: string;
  /** The other node's InternalIP. */
  readonly gateway: string;
}

/**
 * One route for each pod range of each other node that has an address of the same family. Ranges that overlap one of this node's own, or one already
 * taken by another node (the first by name keeps it), are left out: `conflicts` names them.
 */
export function planRoutes(
  nodes: readonly Node[],
  ownName: string,
  family: IpFamily,
): { readonly routes: PodRoute[]; readonly conflicts: string[] } {
  const routes: PodRoute[] = [];
  const conflicts: string[] = [];
  const own = nodes.find((node) => node.metadata.name === ownName);
  const taken: { readonly cidr: Cidr; readonly by: string }[] = podCIDRsOf(own, family).map((cidr) => ({ cidr, by: ownName }));
  for (const node of [...nodes].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))) {
    const name = node.metadata.name ?? '';
    const gateway = internalIP(node, family);
    if (name === ownName || gateway === undefined) continue;
    for (const cidr of podCIDRsOf(node, family)) {
      const other = taken.find((t) => overlaps(t.cidr, cidr));
      if (other) {
        conflicts.push(`${formatCidr(cidr)} of node ${name} overlaps ${formatCidr(other.cidr)} of node ${other.by}`);
        continue;
      }
      taken.push({ cidr, by: name });
      routes.push({ destination: formatCidr(cidr), gateway });
    }
  }
  return { routes, conflicts };
}

/** Pod ranges of a node in one family; none for an absent node. */
export function podCIDRsOf(node: Node | undefined, family: IpFamily): Cidr[] {
  const texts = node?.spec?.podCIDRs ?? (node?.spec?.podCIDR ? [node.spec.podCIDR] : []);
  return texts.map(parseCidr).filter((cidr): cidr is Cidr => cidr?.family === family);
}

/** The node's InternalIP of a family, else its ExternalIP; undefined when it has neither. */
export function internalIP(node: Node | undefined, family: IpFamily): string | undefined {
  for (const type of ['InternalIP', 'ExternalIP']) {
    for (const address of node?.status?.addresses ?? []) {
      const ip = address.type === type ? parseIp(address.address) : undefined;
      if (ip?.family === family) return formatIp(ip);
    }
  }
  return undefined;
}

function overlaps(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b.network) || cidrContains(b, a.network);
}

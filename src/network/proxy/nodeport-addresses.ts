/** Which of the node's addresses accept node ports (pkg/proxy/util/nodeport_addresses.go). */
import { cidrContains, parseCidr, parseIp, type IpFamily } from '../../base/ip.ts';

/**
 * `addresses`: CIDRs, or 'primary' for the node's own addresses, or nothing for the same; a range of length zero means all. `local`: addresses of the
 * machine's interfaces. Loopback is left out: the kernel would need route_localnet, which nftables mode does not use.
 */
export function nodePortIPs(
  addresses: readonly string[],
  family: IpFamily,
  nodeIPs: readonly string[],
  local: readonly string[],
): readonly string[] | 'all' {
  const ofFamily = (ip: string) => parseIp(ip)?.family === family;
  if (addresses.length === 0 || addresses.includes('primary')) return nodeIPs.filter((ip) => ofFamily(ip) && !isLoopback(ip));
  const cidrs = addresses.map(parseCidr).filter((cidr) => cidr?.family === family);
  if (cidrs.length === 0 || cidrs.some((cidr) => cidr?.prefixLength === 0)) return 'all';
  const matches = local.filter((text) => {
    const ip = parseIp(text);
    return ip !== undefined && !isLoopback(text) && cidrs.some((cidr) => cidr && cidrContains(cidr, ip));
  });
  return [...new Set(matches)];
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

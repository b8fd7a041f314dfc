import { cidrContains, parseCidr, parseIp, type Cidr } from '../../base/ip.ts';

/** Who may ask. An open resolver on a public address would serve attacks on others. */
export interface ClientFilter {
  allows(address: string): boolean;
}

/** Addresses that are not routed on the internet: whoever has one is near. */
export const PRIVATE_RANGES: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const REMEMBERED = 10_000;

/** Allows the ranges. Throws when one is malformed. */
export function clientFilter(ranges: readonly string[]): ClientFilter {
  const cidrs: Cidr[] = ranges.map((range) => {
    const cidr = parseCidr(range);
    if (!cidr) throw new Error(`Cannot allow DNS clients of "${range}": not a CIDR`);
    return cidr;
  });
  const known = new Map<string, boolean>();
  return {
    allows(address) {
      const remembered = known.get(address);
      if (remembered !== undefined) return remembered;
      const ip = parseIp(address.split('%')[0] ?? '');
      const allowed = ip !== undefined && cidrs.some((cidr) => cidrContains(cidr, ip));
      if (known.size >= REMEMBERED) known.clear();
      known.set(address, allowed);
      return allowed;
    },
  };
}

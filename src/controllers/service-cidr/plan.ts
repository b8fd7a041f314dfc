/** Whether a range of service addresses may go (pkg/controller/servicecidrs, pkg/api/servicecidr). Pure. */
import type { IPAddress, ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { cidrContains, formatIp, parseCidr, parseIp, type Cidr, type IpAddress } from '../../base/ip.ts';

const FAMILY = 'ipaddress.kubernetes.io/ip-family';
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';

const ranges = (cidr: ServiceCIDR): Cidr[] => (cidr.spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
const overlap = (a: Cidr, b: Cidr) => cidrContains(a, b.network) || cidrContains(b, a.network);

/** Names of those that share addresses with it, itself included. */
export function overlapping(cidr: ServiceCIDR, all: readonly ServiceCIDR[]): string[] {
  const own = ranges(cidr);
  return all.filter((other) => ranges(other).some((range) => own.some((o) => overlap(range, o)))).map((other) => other.metadata.name);
}

/** Names of those from which an address that the API server gave to a service may come. */
export function containing(address: IPAddress, all: readonly ServiceCIDR[]): string[] {
  const ip = address.metadata.labels?.[MANAGED_BY] === ALLOCATOR ? parseIp(address.metadata.name) : undefined;
  return ip ? providers(ip, all) : [];
}

function providers(ip: IpAddress, all: readonly ServiceCIDR[]): string[] {
  return all.filter((cidr) => ranges(cidr).some((range) => canProvide(range, ip))).map((cidr) => cidr.metadata.name);
}

/** Neither the first address of a range nor, for IPv4, the last is ever given. */
function canProvide(range: Cidr, ip: IpAddress): boolean {
  if (!cidrContains(range, ip) || formatIp(ip) === formatIp(range.network)) return false;
  return ip.family === 6 || formatIp(ip) !== formatIp(lastAddress(range));
}

function lastAddress({ network, prefixLength }: Cidr): IpAddress {
  const bytes = network.bytes.map((byte, i) => byte | (0xff >> Math.min(Math.max(prefixLength - i * 8, 0), 8)));
  return { family: network.family, bytes };
}

/** Whether no address in use depends on this one alone. */
export function canDelete(cidr: ServiceCIDR, all: readonly ServiceCIDR[], addresses: readonly IPAddress[]): boolean {
  const { name } = cidr.metadata;
  const own = ranges(cidr);
  const hasParent = own.every((range) =>
    all.some((o) => o.metadata.name !== name && ranges(o).some((r) => overlap(r, range) && r.prefixLength <= range.prefixLength)),
  );
  if (hasParent) return true;
  const families = own.map((range) => `IPv${range.family}`);
  return !addresses.some((address) => {
    const { labels = {} } = address.metadata;
    if (labels[MANAGED_BY] !== ALLOCATOR || !families.includes(labels[FAMILY] ?? '')) return false;
    const from = containing(address, all);
    return from.length === 1 && from[0] === name;
  });
}

/**
 * Cluster IPs: one IPAddress object for each address in use, chosen at random from the ready ServiceCIDRs (KEP-1880). The lower part of a
 * range is left to services that name their address, as long as the upper part has room (KEP-3070).
 */
import type { Service } from '../../../../api/core/v1.gen.ts';
import type { ServiceCIDR } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Random } from '../../../../base/clock.ts';
import { formatCidr, formatIp, parseCidr, parseIp, type Cidr, type IpAddress } from '../../../../base/ip.ts';
import { isAlreadyExists, isNotFound } from '../../../../machinery/status-error.ts';
import type { RegistryReader } from '../../reader.ts';
import type { IpFamilyName } from './ip-families.ts';

const GROUP = 'networking.k8s.io';
/** Why an address cannot be had, in the words clients see. */
export class AllocationError extends Error {
  readonly full: boolean;
  constructor(message: string, full = false) {
    super(message);
    this.full = full;
  }
}

export async function allocateIp(registry: RegistryReader, service: Service, ip: IpAddress, dryRun: boolean): Promise<void> {
  const cidr = readyCidrs(registry).find((c) => c.family === ip.family && contains(c, ip));
  if (!cidr) throw new AllocationError('the provided network does not match the current range');
  const { first, last } = bounds(cidr);
  const value = toBig(ip);
  if (value < first || value > last) {
    throw new AllocationError(`the provided IP (${formatIp(ip)}) is not in the valid range. The range of valid IPs is ${formatCidr(cidr)}`);
  }
  if (!dryRun && !(await claim(registry, service, ip))) throw new AllocationError('provided IP is already allocated');
}

/** Gives the address; dry runs get the network's own, which is never assigned. */
export async function allocateNextIp(
  registry: RegistryReader,
  service: Service,
  family: IpFamilyName,
  random: Random,
  dryRun: boolean,
): Promise<string> {
  const wanted = family === 'IPv6' ? 6 : 4;
  for (const cidr of readyCidrs(registry).filter((c) => c.family === wanted)) {
    if (dryRun) return formatIp(cidr.network);
    const { first, last, reserved } = bounds(cidr);
    const upper = first + BigInt(reserved);
    const ip =
      (await claimWithin(registry, service, cidr, upper, last, random)) ??
      (await claimWithin(registry, service, cidr, first, upper - 1n, random));
    if (ip !== undefined) return ip;
  }
  throw new AllocationError('range is full', true);
}

export async function releaseIp(registry: RegistryReader, text: string): Promise<void> {
  const ip = parseIp(text);
  if (!ip) return;
  try {
    await registry.delete(GROUP, 'ipaddresses', '', formatIp(ip));
  } catch (error) {
    // Somebody else released it: that is what was wanted.
    if (!isNotFound(error)) throw error;
  }
}

/** The families for which there is a range. */
export function servedFamilies(registry: RegistryReader): Set<string> {
  return new Set(allCidrs(registry).map((cidr) => (cidr.family === 6 ? 'IPv6' : 'IPv4')));
}

async function claimWithin(
  registry: RegistryReader,
  service: Service,
  cidr: Cidr,
  first: bigint,
  last: bigint,
  random: Random,
): Promise<string | undefined> {
  const size = last - first + 1n;
  if (size <= 0n) return undefined;
  const taken = registry.reader(GROUP, 'ipaddresses');
  const start = randomBelow(size, random);
  for (let i = 0n; i < size; i++) {
    const ip = fromBig(first + ((start + i) % size), cidr);
    if (taken.get('', formatIp(ip))) continue;
    if (await claim(registry, service, ip)) return formatIp(ip);
  }
  return undefined;
}

/** False when somebody else has the address. */
async function claim(registry: RegistryReader, service: Service, ip: IpAddress): Promise<boolean> {
  const { namespace = '', name } = service.metadata;
  const object = {
    kind: 'IPAddress',
    apiVersion: `${GROUP}/v1`,
    metadata: {
      name: formatIp(ip),
      labels: {
        'ipaddress.kubernetes.io/ip-family': ip.family === 6 ? 'IPv6' : 'IPv4',
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
  try {
    await registry.create(GROUP, 'ipaddresses', object as unknown as AnyObject);
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}

function allCidrs(registry: RegistryReader, ready = false): Cidr[] {
  const objects = registry.reader(GROUP, 'servicecidrs').list() as unknown as ServiceCIDR[];
  return objects.filter((o) => !ready || isReady(o)).flatMap((o) => (o.spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []));
}
const readyCidrs = (registry: RegistryReader) => allCidrs(registry, true);

/** One without a condition counts as ready: nobody may be there to set it. */
function isReady({ metadata, status }: ServiceCIDR): boolean {
  const condition = status?.conditions?.find((c) => c.type === 'Ready');
  return metadata.deletionTimestamp === undefined && (!condition || condition.status === 'True');
}

const MIN_RESERVED = 16;
const MAX_RESERVED = 256;

function bounds(cidr: Cidr): { first: bigint; last: bigint; reserved: number } {
  const size = 1n << BigInt(cidr.network.bytes.length * 8 - cidr.prefixLength);
  const network = toBig(cidr.network);
  // The network address is never used; the broadcast address exists in IPv4 only.
  const last = network + size - (cidr.family === 4 ? 2n : 1n);
  const part = Number(size / 16n > BigInt(MAX_RESERVED) ? BigInt(MAX_RESERVED) : size / 16n);
  const reserved = size <= BigInt(MIN_RESERVED) ? 0 : Math.max(MIN_RESERVED, part);
  return { first: network + 1n, last, reserved };
}

function contains(cidr: Cidr, ip: IpAddress): boolean {
  const size = 1n << BigInt(cidr.network.bytes.length * 8 - cidr.prefixLength);
  const offset = toBig(ip) - toBig(cidr.network);
  return offset >= 0n && offset < size;
}

function toBig(ip: IpAddress): bigint {
  return ip.bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function fromBig(value: bigint, { family, network }: Cidr): IpAddress {
  const bytes = new Uint8Array(network.bytes.length);
  for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return { family, bytes };
}

function randomBelow(limit: bigint, random: Random): bigint {
  const wide = random.bytes(8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return wide % limit;
}

/** Kubernetes' IP addresses and CIDRs. */
import { formatIp, parseCidr, parseIp, type Cidr, type IpAddress } from '../../../base/ip.ts';
import { noOverload, text, type Library } from '../functions.ts';
import { CelError, Opaque } from '../values.ts';

/** No IPv4 addresses inside IPv6 ones, and no zones. */
function readIp(value: string): IpAddress | undefined {
  return value.includes(':') && value.includes('.') ? undefined : parseIp(value);
}

function ip(v: unknown): IpAddress {
  const value = typeof v === 'string' ? readIp(v) : v instanceof Opaque && v.type === 'net.IP' ? (v.value as IpAddress) : undefined;
  if (value) return value;
  throw typeof v === 'string' ? new CelError(`IP Address ${JSON.stringify(v)} parse error during conversion from string`) : noOverload();
}

interface Block extends Cidr {
  readonly address: IpAddress;
}

function readBlock(value: string): Block | undefined {
  const parsed = parseCidr(value);
  const address = readIp(value.slice(0, value.indexOf('/')));
  return parsed && address && { ...parsed, address };
}

function block(v: unknown): Block {
  const value = typeof v === 'string' ? readBlock(v) : v instanceof Opaque && v.type === 'net.CIDR' ? (v.value as Block) : undefined;
  if (value) return value;
  throw typeof v === 'string' ? new CelError('network address parse error during conversion from string') : noOverload();
}

const wrapIp = (value: IpAddress): Opaque => new Opaque('net.IP', value, formatIp(value));
const wrapBlock = (value: Block): Opaque => new Opaque('net.CIDR', value, `${formatIp(value.address)}/${value.prefixLength}`);

function inBlock({ network, prefixLength }: Block, { family, bytes }: IpAddress): boolean {
  if (family !== network.family) return false;
  return bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLength - i * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((network.bytes[i] ?? 0) & mask);
  });
}

const isV4 = (v: unknown, test: (bytes: Uint8Array) => boolean, six: (bytes: Uint8Array) => boolean) =>
  ip(v).family === 4 ? test(ip(v).bytes) : six(ip(v).bytes);

function isUnspecified(v: unknown): boolean {
  return ip(v).bytes.every((b) => b === 0);
}

function isLoopback(v: unknown): boolean {
  return isV4(
    v,
    ([a]) => a === 127,
    (b) => b.every((x, i) => x === (i === 15 ? 1 : 0)),
  );
}

function isLinkLocalMulticast(v: unknown): boolean {
  return isV4(
    v,
    ([a, b, c]) => a === 224 && b === 0 && c === 0,
    ([a = 0, b = 0]) => a === 0xff && (b & 0x0f) === 2,
  );
}

function isLinkLocalUnicast(v: unknown): boolean {
  return isV4(
    v,
    ([a, b]) => a === 169 && b === 254,
    ([a = 0, b = 0]) => a === 0xfe && (b & 0xc0) === 0x80,
  );
}

function isGlobalUnicast(v: unknown): boolean {
  const multicast = isV4(
    v,
    ([a = 0]) => (a & 0xf0) === 0xe0,
    ([a]) => a === 0xff,
  );
  const broadcast = ip(v).family === 4 && ip(v).bytes.every((b) => b === 255);
  return !multicast && !broadcast && !isUnspecified(v) && !isLoopback(v) && !isLinkLocalUnicast(v);
}

export const ips: Library = {
  functions: {
    isIP: ([v]) => readIp(text(v)) !== undefined,
    ip: ([v]) => wrapIp(ip(text(v))),
    'ip.isCanonical': ([v]) => formatIp(ip(text(v))) === v,
    isCIDR: ([v]) => readBlock(text(v)) !== undefined,
    cidr: ([v]) => wrapBlock(block(text(v))),
  },
  methods: {
    family: ([v]) => BigInt(ip(v).family),
    isUnspecified: ([v]) => isUnspecified(v),
    isLoopback: ([v]) => isLoopback(v),
    isLinkLocalMulticast: ([v]) => isLinkLocalMulticast(v),
    isLinkLocalUnicast: ([v]) => isLinkLocalUnicast(v),
    isGlobalUnicast: ([v]) => isGlobalUnicast(v),
    containsIP: ([v, other]) => inBlock(block(v), ip(other)),
    containsCIDR: ([v, other]) => block(other).prefixLength >= block(v).prefixLength && inBlock(block(v), block(other).network),
    ip: ([v]) => wrapIp(block(v).address),
    masked: ([v]) => wrapBlock({ ...block(v), address: block(v).network }),
    prefixLength: ([v]) => BigInt(block(v).prefixLength),
  },
};

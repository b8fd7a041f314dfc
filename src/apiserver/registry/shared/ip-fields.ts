/** Rules for fields that hold IP addresses and CIDR blocks (k8s.io/apimachinery/pkg/util/validation/ip.go). */
import { cidrContains, formatCidr, formatIp, parseCidr, parseIp, type IpAddress } from '../../../base/ip.ts';
import { invalid, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { goQuote } from '../../../wire/json/go-text.ts';

const LEADING_ZERO = /(^|[:.])0\d+(\.|$)/;

const isMapped = (text: string, ip: IpAddress) => text.includes(':') && ip.family === 4;
// Only dotted parts may not be written with leading zeros; groups of IPv6 may.
const hasLeadingZero = (text: string) =>
  text.includes('.') && LEADING_ZERO.test(text.includes(':') ? text.slice(text.lastIndexOf(':') + 1) : text);

/** An address in a field that predates strict rules: any spelling of IPv6, but nothing ambiguous, unless `existing` already held it. */
export function checkLegacyIp(path: FieldPath, value: string, existing: readonly string[] | undefined, errors: FieldError[]): boolean {
  if (existing?.includes(value)) return true;
  const ip = parseIp(value);
  const before = errors.length;
  if (!ip) errors.push(invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  else {
    if (hasLeadingZero(value)) errors.push(invalid(path, value, 'must not have leading 0s'));
    else if (isMapped(value, ip)) errors.push(invalid(path, value, 'must not be an IPv4-mapped IPv6 address'));
  }
  return errors.length === before;
}

/** An address in canonical form. */
export function checkIp(path: FieldPath, value: string, errors: FieldError[]): void {
  if (!checkLegacyIp(path, value, undefined, errors)) return;
  const ip = parseIp(value);
  if (ip && formatIp(ip) !== value) errors.push(invalid(path, value, `must be in canonical form (${goQuote(formatIp(ip))})`));
}

/** A block in a field that predates strict rules. */
export function checkLegacyCidr(path: FieldPath, value: string, existing: readonly string[] | undefined, errors: FieldError[]): boolean {
  if (existing?.includes(value)) return true;
  const cidr = parseCidr(value);
  const before = errors.length;
  if (!cidr) {
    errors.push(invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
    return false;
  }
  const [address = '', bits = ''] = value.split('/');
  const ip = parseIp(address);
  if (hasLeadingZero(address) || /^0\d/.test(bits)) errors.push(invalid(path, value, 'must not have leading 0s in IP or prefix length'));
  else if (ip && isMapped(address, ip)) errors.push(invalid(path, value, 'must not have an IPv4-mapped IPv6 address'));
  else if (ip && formatIp(ip) !== formatIp(cidr.network))
    errors.push(invalid(path, value, 'must not have bits set beyond the prefix length'));
  return errors.length === before;
}

/** A block in canonical form. */
export function checkCidr(path: FieldPath, value: string, errors: FieldError[]): void {
  if (!checkLegacyCidr(path, value, undefined, errors)) return;
  const cidr = parseCidr(value);
  if (cidr && formatCidr(cidr) !== value) errors.push(invalid(path, value, `must be in canonical form (${goQuote(formatCidr(cidr))})`));
}

/** What to tell a client that wrote an accepted address in an unusual way. */
export function ipWarnings(path: FieldPath, value: string): string[] {
  const ip = parseIp(value);
  if (!ip) return [];
  const canonical = formatIp(ip);
  if (hasLeadingZero(value) || isMapped(value, ip))
    return [`${path}: non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(canonical)}`];
  if (ip.family === 6 && canonical !== value)
    return [`${path}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(canonical)})`];
  return [];
}

export function cidrWarnings(path: FieldPath, value: string): string[] {
  const cidr = parseCidr(value);
  const [address = '', bits = ''] = value.split('/');
  const ip = parseIp(address);
  if (!cidr || !ip) return [];
  const canonical = formatCidr(cidr);
  const warnings: string[] = [];
  if (formatIp(ip) !== formatIp(cidr.network)) {
    const single = `${formatIp(ip)}/${ip.family === 4 ? 32 : 128}`;
    warnings.push(
      `${path}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(canonical)} or ${goQuote(single)}?)`,
    );
  }
  if (hasLeadingZero(address) || /^0\d/.test(bits) || isMapped(address, ip)) {
    warnings.push(`${path}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(canonical)}`);
  }
  if (warnings.length === 0 && ip.family === 6 && canonical !== value) {
    warnings.push(`${path}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(canonical)})`);
  }
  return warnings;
}

const range = (text: string) => parseCidr(text) ?? neverACidr(text);
function neverACidr(text: string): never {
  throw new Error(`Cannot use "${text}": not a CIDR block`);
}
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(range);
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'].map(range);
const LINK_LOCAL_MULTICAST = range('224.0.0.0/24');

/** In IPv6 the scope is told by four bits; the flags before them do not matter. */
const isLinkLocalMulticast = (ip: IpAddress) =>
  ip.family === 4 ? cidrContains(LINK_LOCAL_MULTICAST, ip) : ip.bytes[0] === 0xff && ((ip.bytes[1] ?? 0) & 0x0f) === 2;

/** An address that traffic may be sent to. */
export function checkEndpointIp(path: FieldPath, value: string, errors: FieldError[]): void {
  const ip = parseIp(value);
  if (!ip) return void errors.push(invalid(path, value, 'must be a valid IP address'));
  const within = (blocks: readonly ReturnType<typeof range>[]) => blocks.some((block) => cidrContains(block, ip));
  if (ip.bytes.every((b) => b === 0)) errors.push(invalid(path, value, `may not be unspecified (${value})`));
  if (within(LOOPBACK)) errors.push(invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (within(LINK_LOCAL)) errors.push(invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  if (isLinkLocalMulticast(ip)) errors.push(invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
}

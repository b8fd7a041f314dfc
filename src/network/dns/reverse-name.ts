import { formatIp, type IpAddress } from '../../base/ip.ts';

/** True for names below in-addr.arpa and ip6.arpa. */
export function isReverseName(name: string): boolean {
  return name.endsWith('.in-addr.arpa') || name.endsWith('.ip6.arpa');
}

/** Address that a reverse name stands for, in canonical text; undefined for any other name. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const parts = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse();
    if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
    return parts.join('.');
  }
  if (!name.endsWith('.ip6.arpa')) return undefined;
  const nibbles = name.slice(0, -'.ip6.arpa'.length).split('.').reverse();
  if (nibbles.length !== 32 || !nibbles.every((nibble) => /^[0-9a-f]$/.test(nibble))) return undefined;
  const ip: IpAddress = { family: 6, bytes: Uint8Array.from(Buffer.from(nibbles.join(''), 'hex')) };
  return formatIp(ip);
}

import { canonicalIp, parseIp } from '../../base/ip.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** glibc reads no more. */
const MAX_NAMESERVERS = 3;

/** The nameservers of a resolv.conf(5), in order. Lines that are not understood are passed over, as every resolver does. */
export function parseNameservers(text: string): Upstream[] {
  const out: Upstream[] = [];
  for (const line of text.split('\n')) {
    const [keyword, value] = line.trim().split(/\s+/);
    if (keyword !== 'nameserver' || value === undefined || out.length === MAX_NAMESERVERS) continue;
    const address = canonicalIp(value.split('%')[0] ?? '');
    if (address !== undefined) out.push({ address, port: 53 });
  }
  return out;
}

/** Without the servers that are ourselves: a query forwarded to them would come back. */
export function withoutOurselves(upstreams: readonly Upstream[], own: readonly Upstream[]): Upstream[] {
  return upstreams.filter((u) => !own.some((o) => o.port === u.port && (o.address === u.address || isUnspecified(o.address))));
}

/** An upstream given as `address` or `address:port` (`[v6]:port`). Undefined when it is neither. */
export function parseUpstream(text: string): Upstream | undefined {
  if (parseIp(text)) return { address: canonicalIp(text) ?? text, port: 53 };
  const match = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text);
  const address = match && canonicalIp(match[1] ?? '');
  return address && match ? { address, port: Number(match[2]) } : undefined;
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

import { isIP } from 'node:net';
import { headerValue } from '../header-values.ts';
import type { ApiRequest } from '../request.ts';

/** Where a request came from: what proxies claim first, and last who really connected (k8s.io/apimachinery/pkg/util/net SourceIPs). */
export function sourceAddresses({ headers, remoteAddress }: ApiRequest): string[] {
  const forwarded = headerValue(headers, 'x-forwarded-for')
    .split(',')
    .map(address)
    .filter((a) => a !== '');
  const real = address(headerValue(headers, 'x-real-ip'));
  const addresses = real !== '' && !forwarded.includes(real) ? [...forwarded, real] : forwarded;
  const remote = address(remoteAddress);
  return remote !== '' && addresses.at(-1) !== remote ? [...addresses, remote] : addresses;
}

/** '' for what is no address. IPv4 clients of an IPv6 socket show as IPv4. */
function address(text: string): string {
  const plain = text.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 0 ? '' : plain;
}

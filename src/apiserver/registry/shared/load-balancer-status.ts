/** Rules of the addresses that a load balancer reports; of services and of ingresses. */
import { parseIp } from '../../../base/ip.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { checkSubdomain } from './field-checks.ts';
import { checkLegacyIp } from './ip-fields.ts';

interface Address {
  readonly ip?: string | undefined;
  readonly ipMode?: string | undefined;
  readonly hostname?: string | undefined;
}

const IP_MODES = ['Proxy', 'VIP'];

/** `modes`: whether addresses say how packets arrive. */
export function checkBalancerAddresses(
  now: readonly Address[],
  was: readonly Address[],
  path: FieldPath,
  errors: FieldError[],
  modes: boolean,
): void {
  const existing = was.flatMap(({ ip }) => (ip ? [ip] : []));
  now.forEach(({ ip, ipMode, hostname }, i) => {
    const here = path.index(i);
    if (ip) checkLegacyIp(here.child('ip'), ip, existing, errors);
    if (modes) checkMode(ip, ipMode, here.child('ipMode'), errors);
    if (!hostname) return;
    checkSubdomain(hostname, here.child('hostname'), errors);
    if (parseIp(hostname)) errors.push(invalid(here.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
  });
}

function checkMode(ip: string | undefined, mode: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (mode === undefined) {
    if (ip) errors.push(required(path, 'must be specified when `ip` is set'));
  } else if (!ip) errors.push(forbidden(path, 'may not be specified when `ip` is not set'));
  else if (!IP_MODES.includes(mode)) errors.push(notSupported(path, mode, IP_MODES));
}

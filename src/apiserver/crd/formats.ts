/** String formats that are checked; others are documentation (k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go). */
import { isIP, isIPv4, isIPv6 } from 'node:net';

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (t) => /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(t) && !Number.isNaN(Date.parse(t)),
  date: (t) => /^\d{4}-\d{2}-\d{2}$/.test(t) && !Number.isNaN(Date.parse(t)),
  ipv4: isIPv4,
  ipv6: isIPv6,
  ip: (t) => isIP(t) !== 0,
  cidr: (t) => /^[^/]+\/\d{1,3}$/.test(t) && isIP(t.split('/')[0] ?? '') !== 0,
  uuid: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(t),
  uuid3: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(t),
  uuid4: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(t),
  uuid5: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(t),
  email: (t) => /^[^@\s]+@[^@\s]+$/.test(t),
  uri: (t) => URL.canParse(t),
  mac: (t) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(t),
  byte: (t) => /^[A-Za-z0-9+/]*={0,2}$/.test(t) && t.length % 4 === 0,
  duration: (t) => /^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(t) || t === '0',
  hostname: (t) => t.length <= 255 && /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i.test(t),
};

export function isValidFormat(format: string, text: string): boolean {
  return CHECKS[format]?.(text) ?? true;
}

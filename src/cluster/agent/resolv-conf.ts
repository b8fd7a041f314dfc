import { fileExists, readTextIfExists } from '../../host/files.ts';

const RESOLV_CONF = '/etc/resolv.conf';
/** Where systemd-resolved names the real servers; /etc/resolv.conf then names its stub on loopback, which pods cannot reach. */
const SYSTEMD_RESOLV_CONF = '/run/systemd/resolve/resolv.conf';

/** The resolv.conf that pods with `dnsPolicy: Default` get (the kubelet's --resolv-conf); empty when the machine has none. */
export function nodeResolvConf(): string {
  const text = readTextIfExists(RESOLV_CONF);
  if (text === undefined) return '';
  const servers = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((m) => m[1] ?? '');
  const isStub = servers.length > 0 && servers.every((s) => s.startsWith('127.') || s === '::1');
  return isStub && fileExists(SYSTEMD_RESOLV_CONF) ? SYSTEMD_RESOLV_CONF : RESOLV_CONF;
}

/** The managed /etc/hosts (https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/). */
import type { HostAlias } from '../../api/core/v1.gen.ts';

export interface HostsFileInput {
  readonly ips: readonly string[];
  readonly hostname: string;
  /** '' for none. */
  readonly domain: string;
  readonly aliases: readonly HostAlias[];
}

export function podHostsFile({ ips, hostname, domain, aliases }: HostsFileInput): string {
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...ips.map((ip) => `${ip}\t${names}`),
    aliasLines(aliases),
  ].join('\n');
}

/** For pods on the host's network: the node's own file and the aliases. */
export function hostNetworkHostsFile(nodeFile: string, aliases: readonly HostAlias[]): string {
  return `# Kubernetes-managed hosts file (host network).\n${nodeFile}${aliasLines(aliases)}`;
}

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

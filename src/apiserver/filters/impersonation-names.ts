import { isDNS1123Subdomain } from '../../machinery/names.ts';

const PREFIX = 'system:node:';

/** The node of a kubelet's user name, whatever its groups are. */
export function nodeOfUserName(name: string): string | undefined {
  const node = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : '';
  return node !== '' && isDNS1123Subdomain(node).length === 0 ? node : undefined;
}

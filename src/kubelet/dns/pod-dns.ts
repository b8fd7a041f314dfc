/** The resolver configuration of a pod (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/). */
import type { Pod, PodDNSConfig } from '../../api/core/v1.gen.ts';
import { formatPod } from '../pod/names.ts';
import { isHostNetwork } from '../pod/containers.ts';
import type { DnsConfig } from './resolv-conf.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCH_PATHS = 32;
const MAX_SEARCH_CHARS = 2048;
const MAX_DOMAIN_LENGTH = 253;

export interface DnsSettings {
  /** The node's resolv.conf; undefined when the kubelet was told to use none. */
  readonly host: DnsConfig | undefined;
  readonly clusterDNS: readonly string[];
  /** '' when the cluster has no domain. */
  readonly clusterDomain: string;
  readonly nodeIPs: readonly string[];
}

export interface PodDns {
  readonly config: DnsConfig;
  /** Events about the pod: reason and message. */
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

export function podDns(pod: Pod, settings: DnsSettings): PodDns {
  const warnings: { reason: string; message: string }[] = [];
  let config = baseConfig(pod, settings, warnings);
  if (pod.spec.dnsConfig) config = append(config, pod.spec.dnsConfig);
  return { config: fitLimits(config, warnings), warnings };
}

type Warnings = { reason: string; message: string }[];

function baseConfig(pod: Pod, settings: DnsSettings, warnings: Warnings): DnsConfig {
  const host = settings.host ?? { servers: [], searches: [], options: [] };
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const useHost = policy === 'Default' || (policy === 'ClusterFirst' && isHostNetwork(pod));
  if (!useHost) {
    if (settings.clusterDNS.length > 0) {
      return { servers: settings.clusterDNS, searches: clusterSearches(pod, settings, host.searches), options: ['ndots:5'] };
    }
    const text =
      'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
    warnings.push({ reason: 'MissingClusterDNS', message: `pod: "${formatPod(pod)}". ${text}` });
  }
  if (settings.host) return host;
  const servers = settings.nodeIPs.map((ip) => (ip.includes(':') ? '::1' : '127.0.0.1'));
  return { servers: servers.length > 0 ? servers : ['127.0.0.1'], searches: ['.'], options: host.options };
}

function clusterSearches(pod: Pod, { clusterDomain }: DnsSettings, host: readonly string[]): string[] {
  if (clusterDomain === '') return [...host];
  return unique([`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...host]);
}

function append(config: DnsConfig, extra: PodDNSConfig): DnsConfig {
  const options = new Map<string, string>();
  for (const option of config.options) {
    const colon = option.indexOf(':');
    if (colon < 0) options.set(option, '');
    else options.set(option.slice(0, colon), option.slice(colon + 1));
  }
  for (const option of extra.options ?? []) options.set(option.name ?? '', option.value ?? '');
  return {
    servers: unique([...config.servers, ...(extra.nameservers ?? [])]),
    searches: unique([...config.searches, ...(extra.searches ?? [])]),
    options: [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`)),
  };
}

function fitLimits(config: DnsConfig, warnings: Warnings): DnsConfig {
  let { servers } = config;
  if (servers.length > MAX_NAMESERVERS) {
    servers = servers.slice(0, MAX_NAMESERVERS);
    const message = `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(' ')}`;
    warnings.push({ reason: 'DNSConfigForming', message });
  }
  const searches = config.searches.slice(0, MAX_SEARCH_PATHS).filter((s) => s.length <= MAX_DOMAIN_LENGTH);
  while (searches.join(' ').length > MAX_SEARCH_CHARS) searches.pop();
  if (searches.length < config.searches.length) {
    const message = `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(' ')}`;
    warnings.push({ reason: 'DNSConfigForming', message });
  }
  return { servers, searches, options: config.options };
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

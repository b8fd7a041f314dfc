/**
 * The service `kubernetes` in `default`, through which pods reach the API, and its endpoints: the addresses of all servers that renewed their
 * lease lately (pkg/controlplane/controller/kubernetesservice, pkg/controlplane/reconcilers/lease.go).
 */
import type { AnyObject } from '../../../../api/object.ts';
import type { Clock, Timer } from '../../../../base/clock.ts';
import { cidrAddress, formatIp, parseCidr, parseIp } from '../../../../base/ip.ts';
import type { Logger } from '../../../../base/log.ts';
import type { Storage } from '../../../../storage/storage.ts';
import { draft } from '../../../bootstrap/draft.ts';
import { ensure } from '../../../bootstrap/ensure.ts';
import { applyDefaults } from '../../defaults.ts';
import type { RegistryReader } from '../../reader.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { ServerLeases } from './server-leases.ts';

export interface KubernetesServiceOptions {
  readonly registry: RegistryReader;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly serviceCidrs: readonly string[];
  /** This server's address for the cluster; left out: endpoints are somebody else's affair. */
  readonly advertiseAddress?: string;
  /** Port behind the address. */
  readonly securePort: number;
}

const INTERVAL_MS = 10_000;
const NAME = 'kubernetes';
const NAMESPACE = 'default';

/** Resolves after the first round. The answer ends the upkeep and takes this server's address away. */
export async function keepKubernetesService(options: KubernetesServiceOptions): Promise<{ stop(): Promise<void> }> {
  const { registry, clock, log, advertiseAddress } = options;
  const leases = advertiseAddress === undefined ? undefined : new ServerLeases(options.storage, clock, advertiseAddress);
  let stopped = false;
  let timer: Timer | undefined;
  const round = async () => {
    await ensureService(options);
    if (!leases) return;
    await leases.renew();
    await publish(registry, await leases.list(), options.securePort);
  };
  const next = () => {
    if (stopped) return;
    timer = clock.schedule(INTERVAL_MS, () => {
      round()
        .catch((error: unknown) => log.error('cannot keep the kubernetes service, will retry', error))
        .finally(next);
    });
  };
  try {
    await round();
  } catch (error) {
    // The server works without it; a range or an address may still come.
    log.error('cannot make the kubernetes service, will retry', error);
  }
  next();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
      if (!leases) return;
      await leases.remove();
      await publish(registry, await leases.list(), options.securePort);
    },
  };
}

async function ensureService({ registry, serviceCidrs, securePort }: KubernetesServiceOptions): Promise<void> {
  if (registry.reader('', 'services').get(NAMESPACE, NAME)) return;
  const cidr = parseCidr(serviceCidrs[0] ?? '');
  const ip = cidr && cidrAddress(cidr, 1);
  if (!ip) throw new Error(`Cannot choose the address of the kubernetes service: "${serviceCidrs[0] ?? ''}" is no range of addresses`);
  const service = draft(
    'v1',
    'Service',
    { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
    {
      spec: {
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: securePort }],
        clusterIP: formatIp(ip),
        ipFamilyPolicy: 'SingleStack',
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
    },
  );
  applyDefaults('core/v1.Service', service);
  await ensure(registry, '', 'services', service);
}

async function publish(registry: RegistryReader, addresses: readonly string[], port: number): Promise<void> {
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const subsets = addresses.length > 0 ? [{ addresses: addresses.map((ip) => ({ ip })), ports }] : [];
  const endpoints = draft('v1', 'Endpoints', { name: NAME, namespace: NAMESPACE, labels }, subsets.length > 0 ? { subsets } : {});
  await ensure(registry, '', 'endpoints', endpoints, (current) => revise(current, endpoints, ['subsets']));
  const isV6 = addresses.length > 0 && addresses.every((ip) => parseIp(ip)?.family === 6);
  const slice = draft(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    {
      addressType: isV6 ? 'IPv6' : 'IPv4',
      endpoints: addresses
        .filter((ip) => (parseIp(ip)?.family === 6) === isV6)
        .map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
      ports,
    },
  );
  await ensure(registry, 'discovery.k8s.io', 'endpointslices', slice, (current) => revise(current, slice, ['endpoints', 'ports']));
}

/** Undefined when the current object says it all. Labels of others stay. */
function revise(current: AnyObject, wanted: AnyObject, fields: readonly string[]): AnyObject | undefined {
  const labels = { ...current.metadata.labels, ...wanted.metadata.labels };
  if (fields.every((field) => semanticEqual(current[field], wanted[field])) && semanticEqual(current.metadata.labels, labels))
    return undefined;
  const { generation } = current.metadata;
  const next: AnyObject = {
    ...current,
    metadata: { ...current.metadata, labels, ...(generation !== undefined && { generation: generation + 1 }) },
  };
  for (const field of fields) {
    if (wanted[field] === undefined) delete next[field];
    else next[field] = wanted[field];
  }
  return next;
}

/** The Endpoints object of a service, pure (pkg/controller/endpoint, pkg/api/v1/endpoints). */
import type { EndpointAddress, Endpoints, EndpointSubset, Pod, Service } from '../../api/core/v1.gen.ts';
import { draftMeta } from '../shared/draft-meta.ts';
import { isPodReady } from '../shared/pod-status.ts';
import { repackSubsets } from '../shared/repack-subsets.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import {
  findPort,
  hasClusterIP,
  HEADLESS_SERVICE,
  isIPv6,
  LAST_CHANGE_TRIGGER_TIME,
  OVER_CAPACITY,
  podHasEndpoint,
  publishesHostname,
} from '../shared/service-endpoints.ts';
import { formatTriggerTime } from '../shared/trigger-time-tracker.ts';

const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const CONTROLLER_NAME = 'endpoint-controller';
const MAX_CAPACITY = 1000;

/** The subsets that the service's pods make up: one for each set of addresses that have the same ports. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const unready = !!service.spec.publishNotReadyAddresses;
  const subsets: EndpointSubset[] = [];
  for (const pod of pods) {
    if (!podHasEndpoint(pod, unready)) continue;
    const address = addressOf(service, pod);
    if (!address) continue;
    const field = unready || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    const ports = service.spec.ports ?? [];
    if (ports.length === 0 && service.spec.clusterIP === 'None') subsets.push({ [field]: [address] });
    for (const servicePort of ports) {
      const port = findPort(pod, servicePort);
      if (port === undefined) continue;
      const { name, protocol = 'TCP', appProtocol } = servicePort;
      subsets.push({
        [field]: [address],
        ports: [{ ...(name && { name }), port, protocol, ...(appProtocol !== undefined && { appProtocol }) }],
      });
    }
  }
  return repackSubsets(subsets);
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const { ipFamilies, clusterIP } = service.spec;
  const family = ipFamilies?.[0];
  const wantsIPv6 =
    family !== undefined ? family === 'IPv6' : clusterIP && clusterIP !== 'None' ? isIPv6(clusterIP) : isIPv6(pod.status.podIP ?? '');
  const ip = (pod.status.podIPs ?? []).find((p) => isIPv6(p.ip) === wantsIPv6)?.ip;
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  return {
    ip,
    ...(publishesHostname(pod, service) && { hostname: pod.spec.hostname }),
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Whether the object says already what it must say. */
export function isUpToDate(current: Endpoints, service: Service, subsets: readonly EndpointSubset[]): boolean {
  const same = semanticEqual(current.subsets, subsets) || semanticEqual(repackSubsets(current.subsets ?? []), subsets);
  return same && labelsCorrect(current, service) && capacityCorrect(current);
}

function labelsCorrect(current: Endpoints, service: Service): boolean {
  const labels = current.metadata.labels ?? {};
  if (labels[MANAGED_BY_LABEL] !== CONTROLLER_NAME) return false;
  const { [MANAGED_BY_LABEL]: _, [HEADLESS_SERVICE]: __, ...rest } = labels;
  return semanticEqual(rest, service.metadata.labels);
}

function capacityCorrect(current: Endpoints): boolean {
  const count = (current.subsets ?? []).reduce((n, s) => n + (s.addresses?.length ?? 0) + (s.notReadyAddresses?.length ?? 0), 0);
  return count <= MAX_CAPACITY && current.metadata.annotations?.[OVER_CAPACITY] === undefined;
}

/** The new object; `triggered`: when the change happened (milliseconds), or undefined. */
export function newEndpoints(
  current: Endpoints | undefined,
  service: Service,
  subsets: readonly EndpointSubset[],
  triggered: number | undefined,
): Endpoints {
  const { subsets: kept, truncated } = truncate(subsets);
  const { [LAST_CHANGE_TRIGGER_TIME]: _, [OVER_CAPACITY]: __, ...annotations } = current?.metadata.annotations ?? {};
  const { [HEADLESS_SERVICE]: ___, ...labels } = service.metadata.labels ?? {};
  const metadata = {
    ...(current?.metadata ?? { name: service.metadata.name, namespace: service.metadata.namespace }),
    labels: { ...labels, ...(!hasClusterIP(service) && { [HEADLESS_SERVICE]: '' }), [MANAGED_BY_LABEL]: CONTROLLER_NAME },
    annotations: {
      ...annotations,
      ...(triggered !== undefined && { [LAST_CHANGE_TRIGGER_TIME]: formatTriggerTime(triggered) }),
      ...(truncated && { [OVER_CAPACITY]: 'truncated' }),
    },
  };
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: draftMeta(metadata), subsets: kept };
}

/** At most 1000 addresses, ready ones first, spread over the subsets in proportion. */
function truncate(subsets: readonly EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const total = (field: 'addresses' | 'notReadyAddresses') => subsets.reduce((n, s) => n + (s[field]?.length ?? 0), 0);
  const [ready, notReady] = [total('addresses'), total('notReadyAddresses')];
  if (ready + notReady <= MAX_CAPACITY) return { subsets: [...subsets], truncated: false };
  const cutsReady = ready > MAX_CAPACITY;
  const field = cutsReady ? 'addresses' : 'notReadyAddresses';
  const room = cutsReady ? MAX_CAPACITY : MAX_CAPACITY - ready;
  let left = room;
  const cut = subsets.map((subset) => {
    const share = Math.min(left, Math.ceil(((subset[field]?.length ?? 0) / (cutsReady ? ready : notReady)) * room));
    const kept = (subset[field] ?? []).slice(0, share);
    left -= kept.length;
    return cutsReady ? { ...subset, addresses: kept, notReadyAddresses: [] } : { ...subset, notReadyAddresses: kept };
  });
  return { subsets: cut, truncated: true };
}

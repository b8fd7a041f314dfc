import type { Node, Pod, Service } from '../../api/core/v1.gen.ts';
import type { Endpoint, EndpointPort } from '../../api/discovery/v1.gen.ts';
import { isPodReady } from '../shared/pod-status.ts';
import { findPort, isIPv6, publishesHostname } from '../shared/service-endpoints.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** The endpoint that a pod is to a service (k8s.io/endpointslice/utils.go podToEndpoint). */
export function podToEndpoint(pod: Pod, node: Node | undefined, service: Service, addressType: AddressType): Endpoint {
  const serving = isPodReady(pod);
  const terminating = !!pod.metadata.deletionTimestamp;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: (pod.status.podIPs ?? []).map((p) => p.ip).filter((ip) => isIPv6(ip) === (addressType === 'IPv6')),
    conditions: { ready: !!service.spec.publishNotReadyAddresses || (serving && !terminating), serving, terminating },
    ...(publishesHostname(pod, service) && { hostname: pod.spec.hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone && { zone }),
  };
}

/** The ports of a service as this pod has them. */
export function endpointPorts(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = findPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

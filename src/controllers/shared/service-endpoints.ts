/** What a service and a pod say about each other; used for Endpoints and EndpointSlices alike (k8s.io/endpointslice). */
import type { Pod, Service, ServicePort } from '../../api/core/v1.gen.ts';
import { isPodTerminal } from './pod-status.ts';

export const LAST_CHANGE_TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
export const HEADLESS_SERVICE = 'service.kubernetes.io/headless';

/** Whether a pod has an address that a service can point to. */
export function podHasEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod)) return false;
  if (!pod.status.podIP && (pod.status.podIPs ?? []).length === 0) return false;
  return includeTerminating || !pod.metadata.deletionTimestamp;
}

/** The pod's DNS name is published when its subdomain is the service. */
export function publishesHostname(pod: Pod, service: Service): boolean {
  return !!pod.spec.hostname && pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;
}

/** The pod's port that a service port leads to; undefined when the pod has no port of that name and protocol. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = pod.spec.initContainers?.filter((c) => c.restartPolicy === 'Always') ?? [];
  const ports = [...pod.spec.containers, ...sidecars].flatMap((c) => c.ports ?? []);
  return ports.find((p) => p.name === target && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))?.containerPort;
}

export function hasClusterIP(service: Service): boolean {
  return !!service.spec.clusterIP && service.spec.clusterIP !== 'None';
}

export function isIPv6(address: string): boolean {
  return address.includes(':');
}

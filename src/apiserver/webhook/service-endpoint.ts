/** Where a Service is reached that somebody named in a configuration: webhooks of admission and conversion, aggregated API servers. */
import type { Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { Random } from '../../base/clock.ts';
import { notFound, serviceUnavailable } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';

export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * One of the ready endpoints behind a port of the Service: straight to the pod, so that it works on machines without the services'
 * addresses. Throws StatusError when there is no such Service, port or endpoint.
 */
export function serviceEndpoint(registry: RegistryReader, random: Random, namespace: string, name: string, port: number): ServiceEndpoint {
  const service = registry.reader('', 'services').get(namespace, name) as Service | undefined;
  if (!service) throw notFound({ group: '', resource: 'service' }, name);
  const { spec } = service;
  if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
  const wanted = (spec.ports ?? []).find((p) => p.port === port);
  if (!wanted) throw serviceUnavailable(`no service port ${port} found for service "${name}"`);
  const slices = registry.reader('discovery.k8s.io', 'endpointslices').list(namespace) as unknown as EndpointSlice[];
  const endpoints = slices
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => endpointsOf(slice, wanted.name ?? ''));
  const chosen = endpoints[Math.floor(random.float() * endpoints.length)];
  if (!chosen) throw serviceUnavailable(`no endpoints available for service "${name}"`);
  return chosen;
}

function endpointsOf(slice: EndpointSlice, portName: string): ServiceEndpoint[] {
  const port = (slice.ports ?? []).find((p) => (p.name ?? '') === portName)?.port;
  if (port === undefined || slice.addressType === 'FQDN') return [];
  const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
  return ready.flatMap(({ addresses: [host] }) => (host ? [{ host, port }] : []));
}

/** Endpoints of a Service as the proxy sees them, put together from its EndpointSlices (pkg/proxy/endpoint.go, endpointslicecache.go). */
import type { Endpoint as SliceEndpoint, EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { formatIp, parseIp, type IpFamily } from '../../base/ip.ts';
import { endpointsKey, transportProtocol } from './service-port.ts';

export interface EndpointInfo {
  readonly ip: string;
  readonly port: number;
  /** On this node. */
  readonly isLocal: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Undefined: no hint. */
  readonly zoneHints: ReadonlySet<string> | undefined;
  readonly nodeHints: ReadonlySet<string> | undefined;
}

/** Slices of headless services carry this label; the proxy does not want them. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Endpoints by endpointsKey(port name, protocol), sorted by address. */
export type EndpointsByPort = ReadonlyMap<string, readonly EndpointInfo[]>;

/** Joins the slices of one Service in one address family. */
export function endpointsFromSlices(slices: Iterable<EndpointSlice>, family: IpFamily, nodeName: string): EndpointsByPort {
  const byPort = new Map<string, Map<string, EndpointInfo>>();
  for (const slice of slices) {
    if (slice.addressType !== (family === 4 ? 'IPv4' : 'IPv6') || slice.metadata.labels?.[HEADLESS_LABEL] !== undefined) continue;
    for (const port of slice.ports ?? []) {
      const protocol = transportProtocol(port.protocol);
      // A slice port without a number means "all ports", which no Service port can select.
      if (!port.port || !Number.isInteger(port.port) || !protocol) continue;
      const key = endpointsKey(port.name ?? '', protocol);
      const endpoints = byPort.get(key) ?? new Map<string, EndpointInfo>();
      byPort.set(key, endpoints);
      for (const endpoint of slice.endpoints ?? []) addEndpoint(endpoints, endpoint, port.port, family, nodeName);
    }
  }
  const sorted = new Map<string, readonly EndpointInfo[]>();
  for (const [key, endpoints] of byPort) {
    if (endpoints.size > 0)
      sorted.set(
        key,
        [...endpoints.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint),
      );
  }
  return sorted;
}

/**
 * While an address moves between slices it is in both; and a running pod may have the address of a terminating one. The one that is not terminating wins.
 */
function addEndpoint(into: Map<string, EndpointInfo>, endpoint: SliceEndpoint, port: number, family: IpFamily, nodeName: string): void {
  const ip = parseIp(endpoint.addresses?.[0] ?? '');
  if (ip?.family !== family) return;
  const text = formatIp(ip);
  const key = `${text}:${port}`;
  const terminating = endpoint.conditions?.terminating ?? false;
  if (into.has(key) && terminating) return;
  into.set(key, {
    ip: text,
    port,
    isLocal: nodeName !== '' && endpoint.nodeName === nodeName,
    ready: endpoint.conditions?.ready ?? true,
    serving: endpoint.conditions?.serving ?? true,
    terminating,
    zoneHints: names(endpoint.hints?.forZones),
    nodeHints: names(endpoint.hints?.forNodes),
  });
}

function names(hints: readonly { readonly name: string }[] | undefined): ReadonlySet<string> | undefined {
  return hints && hints.length > 0 ? new Set(hints.map((hint) => hint.name)) : undefined;
}

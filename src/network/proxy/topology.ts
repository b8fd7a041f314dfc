/** Which endpoints a service port uses on this node (pkg/proxy/topology.go; KEP-1669, KEP-2086, KEP-2433, KEP-3015, KEP-4444). */
import type { EndpointInfo } from './endpoint.ts';
import { usesClusterEndpoints, usesLocalEndpoints, type ServicePortInfo } from './service-port.ts';

export interface NodeTopology {
  readonly nodeName: string;
  /** topology.kubernetes.io/zone of this node; empty when it has none. */
  readonly zone: string;
}

export interface CategorizedEndpoints {
  /** For traffic under Cluster policy. */
  readonly cluster: readonly EndpointInfo[];
  /** For traffic under Local policy. */
  readonly local: readonly EndpointInfo[];
  /** Union of both. */
  readonly reachable: readonly EndpointInfo[];
  /** Somewhere in the cluster there is an endpoint that could serve, even when none is reachable from here. */
  readonly hasAny: boolean;
}

const NONE: CategorizedEndpoints = { cluster: [], local: [], reachable: [], hasAny: false };

/** Ready endpoints, or serving terminating ones when none is ready (decided for Cluster and for Local on their own). */
export function categorizeEndpoints(
  endpoints: readonly EndpointInfo[],
  port: ServicePortInfo,
  topology: NodeTopology,
): CategorizedEndpoints {
  if (endpoints.length === 0) return NONE;
  const mode = usesClusterEndpoints(port) ? topologyMode(endpoints, topology) : '';
  const cluster = usesClusterEndpoints(port) ? clusterEndpoints(endpoints, mode, topology) : [];
  if (!usesLocalEndpoints(port)) return { cluster, local: [], reachable: cluster, hasAny: cluster.length > 0 };

  const usable = endpoints.filter((e) => e.ready || isServingTerminating(e));
  const hasAny = cluster.length > 0 || usable.length > 0;
  const localReady = endpoints.filter((e) => e.isLocal && e.ready);
  const local = localReady.length > 0 ? localReady : endpoints.filter((e) => e.isLocal && isServingTerminating(e));
  return { cluster, local, reachable: union(cluster, local), hasAny };
}

function clusterEndpoints(endpoints: readonly EndpointInfo[], mode: TopologyMode, topology: NodeTopology): EndpointInfo[] {
  const ready = endpoints.filter((e) => e.ready && isAvailable(e, mode, topology));
  // The mode is only ever one that leaves an endpoint over: an empty list means that nothing is ready anywhere.
  return ready.length > 0 ? ready : endpoints.filter(isServingTerminating);
}

type TopologyMode = '' | 'PreferSameZone' | 'PreferSameNode';

/** Hints count only when every ready endpoint has one and at least one is for us. */
function topologyMode(endpoints: readonly EndpointInfo[], { nodeName, zone }: NodeTopology): TopologyMode {
  const ready = endpoints.filter((e) => e.ready);
  if (ready.length === 0) return '';
  if (ready.every((e) => e.nodeHints) && ready.some((e) => e.nodeHints?.has(nodeName))) return 'PreferSameNode';
  if (ready.every((e) => e.zoneHints) && ready.some((e) => e.zoneHints?.has(zone))) return 'PreferSameZone';
  return '';
}

function isAvailable(endpoint: EndpointInfo, mode: TopologyMode, { nodeName, zone }: NodeTopology): boolean {
  if (mode === 'PreferSameNode') return endpoint.nodeHints?.has(nodeName) ?? false;
  if (mode === 'PreferSameZone') return endpoint.zoneHints?.has(zone) ?? false;
  return true;
}

function isServingTerminating(endpoint: EndpointInfo): boolean {
  return endpoint.serving && endpoint.terminating;
}

function union(a: readonly EndpointInfo[], b: readonly EndpointInfo[]): readonly EndpointInfo[] {
  const seen = new Set(a);
  const missing = b.filter((e) => !seen.has(e));
  return missing.length === 0 ? a : [...a, ...missing];
}

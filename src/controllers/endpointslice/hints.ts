/** Hints of `trafficDistribution` (k8s.io/endpointslice/trafficdist, KEP-4444 and KEP-3015). */
import type { Endpoint, EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';

export type HintPolicy = 'none' | 'zone' | 'zone-and-node';

/** What a service's trafficDistribution asks for. */
export function hintPolicy(trafficDistribution: string | undefined): HintPolicy {
  if (trafficDistribution === 'PreferSameNode') return 'zone-and-node';
  return trafficDistribution === 'PreferClose' || trafficDistribution === 'PreferSameZone' ? 'zone' : 'none';
}

/** The slice with the policy's hints, or the same slice when they are there already. */
export function withHints(slice: EndpointSlice, policy: HintPolicy): EndpointSlice {
  let changed = false;
  const endpoints = (slice.endpoints ?? []).map((endpoint) => {
    const hinted = withHint(endpoint, policy);
    changed ||= hinted !== endpoint;
    return hinted;
  });
  return changed ? { ...slice, endpoints } : slice;
}

function withHint(endpoint: Endpoint, policy: HintPolicy): Endpoint {
  if (policy !== 'none' && endpoint.conditions.ready !== true) return endpoint;
  const hints = {
    ...(policy !== 'none' && endpoint.zone !== undefined && { forZones: [{ name: endpoint.zone }] }),
    ...(policy === 'zone-and-node' && endpoint.nodeName !== undefined && { forNodes: [{ name: endpoint.nodeName }] }),
  };
  if (semanticEqual(endpoint.hints, hints)) return endpoint;
  const { hints: _, ...bare } = endpoint;
  return Object.keys(hints).length === 0 ? bare : { ...bare, hints };
}

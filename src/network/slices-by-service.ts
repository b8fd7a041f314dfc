import type { EndpointSlice } from '../api/discovery/v1.gen.ts';

/** Name of the index of EndpointSlices by the key (`namespace/name`) of their Service. */
export const SLICES_BY_SERVICE = 'network/service';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

export function serviceSlicesIndex(slice: EndpointSlice): readonly string[] {
  const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return service ? [`${slice.metadata.namespace ?? ''}/${service}`] : [];
}

import type { Pod } from '../../api/core/v1.gen.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import { Quantity } from '../../machinery/quantity.ts';

/** What each pod (or its one container) requests of a resource, in thousandths by pod name. Throws where a request is missing. */
export function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  return new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, resource, container)]));
}

function requestOf(pod: Pod, resource: string, container: string | undefined): number {
  const { name } = pod.metadata;
  const hasPodLevel = Object.keys(pod.spec.resources?.requests ?? {}).length > 0;
  if (hasPodLevel && container === undefined) {
    const request = podRequests(pod).get(resource);
    if (!request) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`);
    return request.milliValue();
  }
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  const containers = [...pod.spec.containers, ...sidecars].filter((c) => container === undefined || c.name === container);
  if (container !== undefined && containers.length === 0) throw new Error(`container ${container} not found in Pod ${name}`);
  return containers.reduce((sum, c) => {
    const request = c.resources?.requests?.[resource];
    if (request === undefined) throw new Error(`missing request for ${resource} in container ${c.name} of Pod ${name}`);
    return sum + Quantity.parse(request).milliValue();
  }, 0);
}

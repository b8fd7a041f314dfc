/** Defaults of pod-level resources (KEP-2837): from what the containers ask for, when the pod sets some itself. */
import type { Pod, PodSpec } from '../../../../api/core/v1.gen.ts';
import { podLimits, podRequests } from '../../../../machinery/pod/pod-resources.ts';

const isHugePages = (name: string) => name.startsWith('hugepages-');
const isPodLevel = (name: string) => name === 'cpu' || name === 'memory' || isHugePages(name);
/** Sum of the containers alone. */
const containersOnly = (spec: PodSpec): Pod => ({ spec: { ...spec, resources: undefined } }) as Pod;

/** Pod-level limits of huge pages: the containers' together. */
export function defaultHugePageLimits(spec: PodSpec): void {
  const { resources } = spec;
  if (!resources || count(resources.limits) + count(resources.requests) === 0) return;
  const limits = { ...resources.limits };
  for (const [name, value] of podLimits(containersOnly(spec))) {
    if (isHugePages(name) && resources.requests?.[name] === undefined) limits[name] ??= value.toString();
  }
  if (count(limits) > 0) resources.limits = limits;
}

/** Pod-level requests: the containers' together, else the pod-level limits. */
export function defaultPodLevelRequests(spec: PodSpec): void {
  const { resources } = spec;
  if (!resources || count(resources.limits) === 0) return;
  const requests = { ...resources.requests };
  for (const [name, value] of podRequests(containersOnly(spec))) {
    // Huge pages cannot be overcommitted: their requests follow the limits below.
    if (isPodLevel(name) && !isHugePages(name)) requests[name] ??= value.toString();
  }
  for (const [name, value] of Object.entries(resources.limits ?? {})) if (isPodLevel(name)) requests[name] ??= value;
  if (count(requests) > 0) resources.requests = requests;
}

function count(list: Readonly<Record<string, string>> | undefined): number {
  return Object.keys(list ?? {}).length;
}

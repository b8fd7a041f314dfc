/** What a pod asks for and may use in total (k8s.io/component-helpers/resource). */
import type { Container, Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { isRestartableInit } from './containers.ts';

export type ResourceAmounts = ReadonlyMap<string, Quantity>;
type Kind = 'requests' | 'limits';

export interface PodResourcesOptions {
  readonly excludeOverhead?: boolean;
  /** Ignore spec.resources. */
  readonly skipPodLevel?: boolean;
}

export function podRequests(pod: Pod, options: PodResourcesOptions = {}): ResourceAmounts {
  return podTotals(pod, 'requests', options);
}

/** A resource that one container leaves unlimited counts with the limits of the others, as upstream's PodLimits. */
export function podLimits(pod: Pod, options: PodResourcesOptions = {}): ResourceAmounts {
  return podTotals(pod, 'limits', options);
}

export function parseResources(list: Record<string, string> | undefined): Map<string, Quantity> {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, Quantity.parse(text)]));
}

export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

export function hasPodLevelResources(resources: ResourceRequirements | undefined, kind?: Kind): boolean {
  const names = [
    ...(kind === 'limits' ? [] : Object.keys(resources?.requests ?? {})),
    ...(kind === 'requests' ? [] : Object.keys(resources?.limits ?? {})),
  ];
  return names.some(isPodLevelResource);
}

function podTotals(pod: Pod, kind: Kind, options: PodResourcesOptions): ResourceAmounts {
  const totals = aggregateContainers(pod, kind);
  if (!options.skipPodLevel && hasPodLevelResources(pod.spec.resources, kind)) {
    for (const [name, amount] of parseResources(pod.spec.resources?.[kind])) if (isPodLevelResource(name)) totals.set(name, amount);
  }
  if (!options.excludeOverhead) {
    for (const [name, amount] of parseResources(pod.spec.overhead)) {
      const sum = totals.get(name);
      // Upstream adds overhead to a limit only where there is one.
      if (kind === 'requests') totals.set(name, sum?.add(amount) ?? amount);
      else if (sum && !sum.isZero()) totals.set(name, sum.add(amount));
    }
  }
  return totals;
}

/** Containers run together; each init container runs beside the sidecars started before it. */
function aggregateContainers(pod: Pod, kind: Kind): Map<string, Quantity> {
  const totals = new Map<string, Quantity>();
  for (const container of pod.spec.containers) addAll(totals, amounts(container, kind));
  const sidecars = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of pod.spec.initContainers ?? []) {
    let during = amounts(container, kind);
    if (isRestartableInit(container)) {
      addAll(totals, during);
      addAll(sidecars, during);
      during = new Map(sidecars);
    } else {
      during = new Map(during);
      addAll(during, sidecars);
    }
    maxAll(peak, during);
  }
  maxAll(totals, peak);
  return totals;
}

function amounts(container: Container, kind: Kind): Map<string, Quantity> {
  return parseResources(container.resources?.[kind]);
}

function addAll(into: Map<string, Quantity>, from: ResourceAmounts): void {
  for (const [name, amount] of from) into.set(name, into.get(name)?.add(amount) ?? amount);
}

function maxAll(into: Map<string, Quantity>, from: ResourceAmounts): void {
  for (const [name, amount] of from) {
    const known = into.get(name);
    if (!known || amount.compare(known) > 0) into.set(name, amount);
  }
}

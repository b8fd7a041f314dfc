import type { Container, Pod, ResourceRequirements } from '../../../api/core/v1.gen.ts';
import { addTo, parseList, raiseTo, type ResourceList } from './resource-list.ts';

export interface PodResourceOptions {
  /** Add spec.overhead (to limits only where there is one already). */
  readonly overhead?: boolean;
  /** Also count what a running pod holds while a resize of it is in progress (KEP-1287). */
  readonly status?: boolean;
}

/** What a pod asks for: sum of its containers and sidecars, or what an init container needs, if that is more; pod-level resources win. */
export function podRequests(pod: Pod, options: PodResourceOptions = {}): ResourceList {
  const list = total(pod, (c) => containerRequests(pod, c, options));
  podLevel(list, pod.spec?.resources?.requests);
  if (options.overhead) addTo(list, parseList(pod.spec?.overhead));
  return list;
}

export function podLimits(pod: Pod, options: PodResourceOptions = {}): ResourceList {
  const list = total(pod, (c) => parseList(c.resources?.limits));
  podLevel(list, pod.spec?.resources?.limits);
  if (options.overhead) {
    for (const [name, value] of parseList(pod.spec?.overhead)) {
      const have = list.get(name);
      if (have && !have.isZero()) list.set(name, have.add(value));
    }
  }
  return list;
}

function total({ spec }: Pod, of: (container: Container) => ResourceList): ResourceList {
  const sum: ResourceList = new Map();
  for (const container of spec?.containers ?? []) addTo(sum, of(container));
  const sidecars: ResourceList = new Map();
  const init: ResourceList = new Map();
  for (const container of spec?.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      addTo(sum, own);
      addTo(sidecars, own);
      raiseTo(init, sidecars);
    } else {
      // It runs beside the sidecars that were started before it.
      const together: ResourceList = new Map(own);
      addTo(together, sidecars);
      raiseTo(init, together);
    }
  }
  raiseTo(sum, init);
  return sum;
}

const POD_LEVEL = new Set(['cpu', 'memory']);

function podLevel(list: ResourceList, own: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of parseList(own)) if (POD_LEVEL.has(name) || name.startsWith('hugepages-')) list.set(name, value);
}

function containerRequests(pod: Pod, container: Container, { status }: PodResourceOptions): ResourceList {
  const wanted = parseList(container.resources?.requests);
  if (!status) return wanted;
  const running = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    (s) => s.name === container.name,
  );
  if (!running) return wanted;
  const infeasible = pod.status?.conditions?.some((c) => c.type === 'PodResizePending' && c.reason === 'Infeasible');
  const actual = parseList((running.resources as ResourceRequirements | undefined)?.requests);
  const allocated = parseList(running.allocatedResources);
  // A resize that can never happen does not count; one that may counts with whatever is more.
  const held: ResourceList = new Map(infeasible ? actual : wanted);
  raiseTo(held, actual);
  raiseTo(held, allocated);
  return held;
}

/** What a pod as a whole asks for and may use (k8s.io/component-helpers/resource, KEP-753, KEP-1287, KEP-2837). */
import type { Container, ContainerStatus, Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { addTo, parseList, raiseTo, type ResourceList } from './resource-list.ts';

export interface PodResourceOptions {
  /** Add spec.overhead (to limits only where there is one already); true when left out. */
  readonly overhead?: boolean;
  /** Count what a running container holds while a resize of it is under way. */
  readonly status?: boolean;
}

/** The sum of containers and sidecars, or what an init container needs, if that is more; pod-level requests win. */
export function podRequests(pod: Pod, options: PodResourceOptions = {}): ResourceList {
  const list = total(pod, 'requests', options);
  podLevel(list, pod.spec?.resources?.requests);
  if (options.overhead ?? true) addTo(list, parseList(pod.spec?.overhead));
  return list;
}

/** The same for limits. */
export function podLimits(pod: Pod, options: PodResourceOptions = {}): ResourceList {
  const list = total(pod, 'limits', options);
  podLevel(list, pod.spec?.resources?.limits);
  if (!(options.overhead ?? true)) return list;
  for (const [name, value] of parseList(pod.spec?.overhead)) {
    const have = list.get(name);
    if (have && !have.isZero()) list.set(name, have.add(value));
  }
  return list;
}

type Kind = 'requests' | 'limits';

function total(pod: Pod, kind: Kind, { status }: PodResourceOptions): ResourceList {
  const of = (container: Container, running: boolean) =>
    status && running ? heldBy(pod, container, kind) : parseList(container.resources?.[kind]);
  const sum: ResourceList = new Map();
  for (const container of pod.spec?.containers ?? []) addTo(sum, of(container, true));
  const sidecars: ResourceList = new Map();
  const init: ResourceList = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const sidecar = container.restartPolicy === 'Always';
    const own = of(container, sidecar);
    if (sidecar) {
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

function podLevel(list: ResourceList, own: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of parseList(own))
    if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) list.set(name, value);
}

/** The most of what is wanted, set and promised; what is wanted does not count where it can never be. */
function heldBy({ status }: Pod, container: Container, kind: Kind): ResourceList {
  const wanted = parseList(container.resources?.[kind]);
  const all: readonly ContainerStatus[] = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const running = all.find((s) => s.name === container.name);
  const actual = running?.resources as ResourceRequirements | undefined;
  if (!running || !actual) return wanted;
  const infeasible = status?.conditions?.find((c) => c.type === 'PodResizePending')?.reason === 'Infeasible';
  const held: ResourceList = infeasible ? new Map() : wanted;
  raiseTo(held, parseList(actual[kind]));
  if (kind === 'requests') raiseTo(held, parseList(running.allocatedResources));
  return held;
}

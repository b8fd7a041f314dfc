/** In-place resize (KEP-1287, KEP-5419): which running containers need new limits, and which of them a restart. */
import type { Container, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { ContainerResources, ContainerToUpdate, PodActions, PodActionsInput } from './pod-actions.ts';
import { isResizable } from './resizable.ts';
import type { RuntimeContainerStatus } from './types.ts';

export interface ResizeCandidate {
  readonly index: number;
  readonly init: boolean;
  readonly container: Container;
  readonly known: RuntimeContainerStatus;
}

/** Adds updates or a restart. False when the container has to restart for its new size. */
export function computeResize(input: PodActionsInput, { index, init, container, known }: ResizeCandidate, actions: PodActions): boolean {
  if (known.state !== 'running' || !isResizable(input.pod)) return true;
  const current = input.actuated.container(input.pod.metadata.uid, container.name);
  // Nothing recorded: a container of another kubelet's making. Its size is what the runtime has; the next start records it.
  if (!current) return true;
  const desired = containerResources(container, input.pod.spec.resources);
  const memory = changed('memory', container, [desired.memoryLimit, current.memoryLimit], [desired.memoryRequest, current.memoryRequest]);
  const cpu = changed('cpu', container, [desired.cpuLimit, current.cpuLimit], [desired.cpuRequest, current.cpuRequest]);
  if (memory.restart || cpu.restart) {
    actions.containersToKill.set(known.id, { container, message: `Container ${container.name} resize requires restart`, reason: '' });
    (init ? actions.initContainersToStart : actions.containersToStart).push(index);
    actions.updatePodResources = true;
    return false;
  }
  const update: ContainerToUpdate = { container, id: known.id, desired, current };
  if (memory.direction !== 0) insert(actions.containersToUpdate.memory, update, memory.direction);
  if (cpu.direction !== 0) insert(actions.containersToUpdate.cpu, update, cpu.direction);
  return true;
}

/** Whether spec.resources differs from what the pod's cgroup was given. */
export function computePodLevelResize({ pod, actuated }: PodActionsInput): boolean {
  if (!pod.spec.resources) return false;
  const current = actuated.pod(pod.metadata.uid);
  const desired = resourcesOf(pod.spec.resources);
  return !current || !equal(current, desired);
}

/** What a container may use; its limits default to the pod's where the pod has limits of its own. */
export function containerResources(container: Container, podLevel: ResourceRequirements | undefined): ContainerResources {
  const own = resourcesOf(container.resources);
  const pod = resourcesOf(podLevel);
  return { ...own, cpuLimit: own.cpuLimit || pod.cpuLimit, memoryLimit: own.memoryLimit || pod.memoryLimit };
}

export function resourcesOf(resources: ResourceRequirements | undefined): ContainerResources {
  const amount = (text: string | undefined) => Quantity.parse(text ?? '0');
  return {
    memoryLimit: amount(resources?.limits?.['memory']).value(),
    memoryRequest: amount(resources?.requests?.['memory']).value(),
    cpuLimit: amount(resources?.limits?.['cpu']).milliValue(),
    cpuRequest: amount(resources?.requests?.['cpu']).milliValue(),
  };
}

export function equal(a: ContainerResources, b: ContainerResources): boolean {
  return (
    a.memoryLimit === b.memoryLimit && a.memoryRequest === b.memoryRequest && a.cpuLimit === b.cpuLimit && a.cpuRequest === b.cpuRequest
  );
}

type Pair = readonly [desired: number, current: number];

/** The limit decides the order when it changes, else the request. */
function changed(resource: string, container: Container, limit: Pair, request: Pair): { restart: boolean; direction: number } {
  const limitDelta = limit[0] - limit[1];
  const requestDelta = request[0] - request[1];
  if (limitDelta === 0 && requestDelta === 0) return { restart: false, direction: 0 };
  const policy = container.resizePolicy?.find((p) => p.resourceName === resource);
  return { restart: policy?.restartPolicy === 'RestartContainer', direction: limitDelta !== 0 ? limitDelta : requestDelta };
}

/** Shrinking comes before growing, so that the pod's own limit holds throughout. */
function insert(list: ContainerToUpdate[], update: ContainerToUpdate, direction: number): void {
  if (direction > 0) list.push(update);
  else list.unshift(update);
}

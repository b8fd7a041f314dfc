import type { Pod } from '../../api/core/v1.gen.ts';
import { containerLinuxResources } from '../cgroups/container-resources.ts';
import { formatPod } from '../pod/names.ts';
import { resourcesOf } from './compute-resize.ts';
import type { ContainerResources, ContainerToUpdate, PodActions } from './pod-actions.ts';
import type { RuntimeDependencies } from './runtime-dependencies.ts';
import type { SyncResult } from './sync-result.ts';

/**
 * Gives the pod's cgroup and its running containers their new size (KEP-1287): room above before it grows below, room below before it shrinks
 * above. Undefined when there is nothing to change.
 */
export async function resizePod(
  pod: Pod,
  actions: PodActions,
  sandboxId: string,
  deps: RuntimeDependencies,
): Promise<SyncResult | undefined> {
  const { cpu, memory } = actions.containersToUpdate;
  if (cpu.length === 0 && memory.length === 0 && !actions.updatePodResources && !actions.updatePodLevelResources) return undefined;
  const target = formatPod(pod);
  try {
    await deps.podCgroup.resize(pod, sandboxId, async (resource) => {
      for (const update of resource === 'memory' ? memory : cpu) await updateContainer(pod, update, resource, deps);
    });
    if (pod.spec.resources) deps.actuated.setPod(pod.metadata.uid, resourcesOf(pod.spec.resources));
    return { action: 'ResizePodInPlace', target };
  } catch (error) {
    return { action: 'ResizePodInPlace', target, error: error as Error };
  }
}

async function updateContainer(pod: Pod, update: ContainerToUpdate, resource: 'cpu' | 'memory', deps: RuntimeDependencies): Promise<void> {
  const { container, id, desired } = update;
  const uid = pod.metadata.uid;
  const current = deps.actuated.container(uid, container.name) ?? update.current;
  const next: ContainerResources =
    resource === 'memory'
      ? { ...current, memoryLimit: desired.memoryLimit, memoryRequest: desired.memoryRequest }
      : { ...current, cpuLimit: desired.cpuLimit, cpuRequest: desired.cpuRequest };
  const linux = containerLinuxResources(pod, { ...container, resources: asRequirements(next) }, deps.node);
  await deps.cri.updateContainerResources({ containerId: id, linux });
  deps.actuated.setContainer(uid, container.name, next);
}

function asRequirements(resources: ContainerResources) {
  const list = (cpu: number, memory: number) => ({ ...(cpu && { cpu: `${cpu}m` }), ...(memory && { memory: String(memory) }) });
  return { limits: list(resources.cpuLimit, resources.memoryLimit), requests: list(resources.cpuRequest, resources.memoryRequest) };
}

import type { Pod } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { containerResources, equal, resourcesOf } from './compute-resize.ts';
import type { ActuatedResources } from './pod-actions.ts';
import { findContainer, type RuntimePodStatus } from './types.ts';

/** Whether something that runs has other resources than it was given. */
export function isPodResizeInProgress(pod: Pod, status: RuntimePodStatus, actuated: ActuatedResources): boolean {
  const { uid } = pod.metadata;
  const resizable = [...(pod.spec.initContainers ?? []).filter(isRestartableInit), ...pod.spec.containers];
  const containers = resizable.some((container) => {
    if (findContainer(status, container.name)?.state !== 'running') return false;
    const current = actuated.container(uid, container.name);
    return current !== undefined && !equal(current, containerResources(container, pod.spec.resources));
  });
  if (containers) return true;
  const podLevel = actuated.pod(uid);
  return podLevel !== undefined && pod.spec.resources !== undefined && !equal(podLevel, resourcesOf(pod.spec.resources));
}

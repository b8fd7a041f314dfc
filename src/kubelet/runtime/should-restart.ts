import type { Container, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { matchingRestartRule, shouldRestartAfterExit } from '../pod/restart-policy.ts';
import { findContainer, type RuntimePodStatus } from './types.ts';

/** Whether a container that does not run has to be started. */
export function shouldContainerBeRestarted(container: Container, pod: Pod, status: RuntimePodStatus): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  const known = findContainer(status, container.name);
  if (!known) return true;
  if (known.state === 'running') return false;
  if (known.state === 'unknown' || known.state === 'created') return true;
  return shouldRestartAfterExit(container, pod.spec, known.exitCode);
}

/** Whether an exit asks for all containers to be restarted in place, or that is under way. */
export function shouldAllContainersRestart(pod: Pod, status: RuntimePodStatus, apiStatus: PodStatus | undefined): boolean {
  if (apiStatus?.conditions?.some((c) => c.type === 'AllContainersRestarting' && c.status === 'True')) return true;
  const known = [...(apiStatus?.initContainerStatuses ?? []), ...(apiStatus?.containerStatuses ?? [])];
  const asks = (container: Container, exitCode: number) => matchingRestartRule(container, exitCode)?.action === 'RestartAllContainers';
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const runtime = findContainer(status, container.name);
    if (!runtime || runtime.state !== 'exited') continue;
    if (asks(container, runtime.exitCode)) return true;
    const terminated = known.find((c) => c.name === container.name)?.state?.terminated;
    if (terminated && asks(container, terminated.exitCode)) return true;
  }
  return false;
}

/** True once the old containers are gone. */
export function allContainersCleanedUp(pod: Pod, status: RuntimePodStatus): boolean {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].every((c) => !findContainer(status, c.name));
}

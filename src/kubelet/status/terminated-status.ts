import type { ContainerStatus, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { isStaticPod } from '../pod/source.ts';
import { STATUS_UNKNOWN } from './container-statuses.ts';
import { isTerminalPhase } from './merge-status.ts';

/** The last status of a pod that is gone from the node: no container waits or runs any more, and the phase is terminal. */
export function terminatedStatus(pod: Pod, last: PodStatus): PodStatus {
  const out = structuredClone(last);
  if (hasPodInitialized(pod)) out.containerStatuses?.forEach(endLost);
  initializedPart(out.initContainerStatuses ?? []).forEach(endLost);
  if (!isStaticPod(pod) && !isTerminalPhase(out.phase)) out.phase = 'Failed';
  return out;
}

function endLost(status: ContainerStatus): void {
  if (status.state?.terminated) return;
  status.state = {
    terminated: { reason: STATUS_UNKNOWN, message: 'The container could not be located when the pod was terminated', exitCode: 137 },
  };
}

function hasPodInitialized(pod: Pod): boolean {
  const specs = pod.spec.initContainers ?? [];
  if (specs.length === 0) return true;
  if (pod.status.containerStatuses?.some((s) => s.lastState?.terminated || !s.state?.waiting)) return true;
  const last = pod.status.initContainerStatuses?.at(-1);
  const spec = specs[(pod.status.initContainerStatuses?.length ?? 0) - 1];
  if (!last || !spec || spec.name !== last.name) return false;
  if (isRestartableInit(spec)) return last.state?.running !== undefined && last.started === true;
  return last.lastState?.terminated?.exitCode === 0 || last.state?.terminated?.exitCode === 0;
}

/** Init containers up to the last that was ever started; the first, when none was. */
function initializedPart(statuses: ContainerStatus[]): ContainerStatus[] {
  const last = statuses.findLastIndex((s) => !s.state?.waiting || s.lastState?.terminated);
  return statuses.slice(0, Math.max(1, last + 1));
}

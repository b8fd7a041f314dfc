import type { Pod, PodCondition, PodStatus } from '../../api/core/v1.gen.ts';
import { isKubeletCondition, isSharedCondition, terminalCondition } from './conditions.ts';

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/**
 * The status to send: the kubelet's view over what others wrote (pkg/kubelet/status mergePodStatus). While containers may still run, a
 * pod does not become terminal. `now` stamps conditions that change.
 */
export function mergePodStatus(pod: Pod, api: PodStatus, own: PodStatus, couldHaveRunningContainers: boolean, now: string): PodStatus {
  const becomesTerminal = !isTerminalPhase(api.phase) && isTerminalPhase(own.phase);
  const conditions: PodCondition[] = (api.conditions ?? []).filter((c) => !isKubeletCondition(c.type));
  for (const condition of own.conditions ?? []) {
    if (isKubeletCondition(condition.type)) conditions.push(condition);
    else if (isSharedCondition(condition.type) && becomesTerminal && !couldHaveRunningContainers) {
      replaceCondition(conditions, transitioned(condition, api.conditions, now));
    }
  }
  const merged: PodStatus = {
    ...own,
    conditions,
    resourceClaimStatuses: api.resourceClaimStatuses,
    extendedResourceClaimStatus: api.extendedResourceClaimStatus,
    nodeAllocatableResourceClaimStatuses: api.nodeAllocatableResourceClaimStatuses,
    // Written by the scheduler and the API server; the kubelet has no view of them.
    nominatedNodeName: api.nominatedNodeName,
    resize: api.resize,
  };
  if (becomesTerminal && couldHaveRunningContainers) Object.assign(merged, { phase: api.phase, reason: api.reason, message: api.message });
  if (isTerminalPhase(merged.phase)) {
    const ready = conditions.some((c) => (c.type === 'Ready' || c.type === 'ContainersReady') && c.status === 'True');
    if (ready) {
      for (const type of ['ContainersReady', 'Ready'] as const) {
        replaceCondition(conditions, transitioned(terminalCondition(pod, type, merged.phase), api.conditions, now));
      }
    }
  }
  return merged;
}

/** The condition with the time of its last change. */
export function transitioned(condition: PodCondition, old: readonly PodCondition[] | undefined, now: string): PodCondition {
  const known = old?.find((c) => c.type === condition.type);
  return { ...condition, lastTransitionTime: known && known.status === condition.status ? known.lastTransitionTime : now };
}

function replaceCondition(conditions: PodCondition[], condition: PodCondition): void {
  const index = conditions.findIndex((c) => c.type === condition.type);
  if (index < 0) conditions.push(condition);
  else conditions[index] = condition;
}

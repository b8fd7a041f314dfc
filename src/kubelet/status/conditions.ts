/** Conditions that the kubelet owns (pkg/kubelet/status/generate.go). */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { podSandboxChanged } from '../runtime/sandbox-changed.ts';
import { allContainersCleanedUp, shouldAllContainersRestart } from '../runtime/should-restart.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';

/** Conditions the kubelet alone writes. */
const KUBELET_CONDITIONS = new Set([
  'PodScheduled',
  'Ready',
  'Initialized',
  'ContainersReady',
  'PodReadyToStartContainers',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
]);

export function isKubeletCondition(type: string): boolean {
  return KUBELET_CONDITIONS.has(type);
}

/** Conditions the kubelet writes beside others. */
export function isSharedCondition(type: string): boolean {
  return type === 'DisruptionTarget';
}

export function makeCondition(pod: Pod, type: string, status: 'True' | 'False', reason = '', message = ''): PodCondition {
  const { generation } = pod.metadata;
  return {
    type,
    ...(generation ? { observedGeneration: generation } : {}),
    status,
    ...(reason && { reason }),
    ...(message && { message }),
  };
}

const list = (names: readonly string[]) => `[${names.join(' ')}]`;

export function containersReadyCondition(
  pod: Pod,
  statuses: readonly ContainerStatus[] | undefined,
  phase: string | undefined,
): PodCondition {
  const type = 'ContainersReady';
  if (!statuses) return makeCondition(pod, type, 'False', 'UnknownContainerStatuses');
  const watched = [...(pod.spec.initContainers ?? []).filter(isRestartableInit), ...pod.spec.containers];
  const unknown: string[] = [];
  const unready: string[] = [];
  for (const { name } of watched) {
    const status = statuses.find((s) => s.name === name);
    if (!status) unknown.push(name);
    else if (!status.ready) unready.push(name);
  }
  if (phase === 'Failed' || (phase === 'Succeeded' && unknown.length === 0)) return terminalCondition(pod, type, phase);
  const messages = [];
  if (unknown.length > 0) messages.push(`containers with unknown status: ${list(unknown)}`);
  if (unready.length > 0) messages.push(`containers with unready status: ${list(unready)}`);
  if (messages.length > 0) return makeCondition(pod, type, 'False', 'ContainersNotReady', messages.join(', '));
  return makeCondition(pod, type, 'True');
}

/** Ready: the containers are, and every readiness gate. */
export function readyCondition(
  pod: Pod,
  conditions: readonly PodCondition[],
  statuses: readonly ContainerStatus[] | undefined,
  phase: string | undefined,
): PodCondition {
  const containers = containersReadyCondition(pod, statuses, phase);
  if (containers.status !== 'True') return { ...containers, type: 'Ready' };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = conditions.find((c) => c.type === conditionType);
    if (!gate) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  if (messages.length > 0) return makeCondition(pod, 'Ready', 'False', 'ReadinessGatesNotReady', messages.join(', '));
  return makeCondition(pod, 'Ready', 'True');
}

export function initializedCondition(
  pod: Pod,
  statuses: readonly ContainerStatus[],
  old: PodStatus | undefined,
  phase: string | undefined,
): PodCondition {
  const type = 'Initialized';
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of pod.spec.initContainers ?? []) {
    const status = statuses.find((s) => s.name === container.name);
    if (!status) unknown.push(container.name);
    else if (!(isRestartableInit(container) ? status.started : status.ready)) incomplete.push(container.name);
  }
  if (phase === 'Succeeded' && unknown.length === 0) return makeCondition(pod, type, 'True', 'PodCompleted');
  const started = pod.spec.containers.some(({ name }) =>
    statuses.some((s) => s.name === name && (s.state?.running || s.state?.terminated)),
  );
  if (started) return makeCondition(pod, type, 'True');
  const messages = [];
  if (unknown.length > 0) messages.push(`containers with unknown status: ${list(unknown)}`);
  if (incomplete.length > 0) messages.push(`containers with incomplete status: ${list(incomplete)}`);
  if (messages.length === 0) return makeCondition(pod, type, 'True');
  // A pod that was initialized once stays so, also while its containers restart in place.
  if (old?.conditions?.some((c) => c.type === type && c.status === 'True')) return makeCondition(pod, type, 'True');
  return makeCondition(pod, type, 'False', 'ContainersNotInitialized', messages.join(', '));
}

export function readyToStartContainersCondition(pod: Pod, status: RuntimePodStatus): PodCondition {
  return makeCondition(pod, 'PodReadyToStartContainers', podSandboxChanged(pod, status).changed ? 'False' : 'True');
}

export function allContainersRestartingCondition(
  pod: Pod,
  status: RuntimePodStatus,
  old: PodStatus | undefined,
  phase: string | undefined,
): PodCondition {
  const type = 'AllContainersRestarting';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (!shouldAllContainersRestart(pod, status, old) || allContainersCleanedUp(pod, status)) return { type, status: 'False' };
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
}

/** Ready and ContainersReady of a pod that has ended. */
export function terminalCondition(pod: Pod, type: 'Ready' | 'ContainersReady', phase: string | undefined): PodCondition {
  return makeCondition(pod, type, 'False', phase === 'Failed' ? 'PodFailed' : phase === 'Succeeded' ? 'PodCompleted' : '');
}

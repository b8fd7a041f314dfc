import type { Container, ContainerStatus, Pod } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { shouldRestartAfterExit } from '../pod/restart-policy.ts';
import { isStaticPod } from '../pod/source.ts';
import { RESTARTING_ALL } from './container-statuses.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

interface Counts {
  pendingInit: number;
  pendingSidecars: number;
  failedForGood: number;
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
}

/**
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase. `terminal`: the pod will not run again. `hasStarted`: a
 * regular container was started in the current sandbox.
 */
export function podPhase(pod: Pod, statuses: readonly ContainerStatus[], terminal: boolean, hasStarted: boolean): PodPhase {
  const c = count(pod, statuses);
  if (c.failedForGood > 0) return 'Failed';
  if (c.pendingInit > 0 || (c.pendingSidecars > 0 && !hasStarted) || c.waiting > 0) return 'Pending';
  if (c.running > 0 && c.unknown === 0) return 'Running';
  if (c.running === 0 && c.stopped > 0 && c.unknown === 0) {
    const outcome = c.stopped === c.succeeded ? 'Succeeded' : 'Failed';
    if (terminal && !isStaticPod(pod)) return outcome;
    return c.stopped === c.stoppedForGood ? outcome : 'Running';
  }
  return 'Pending';
}

function count(pod: Pod, statuses: readonly ContainerStatus[]): Counts {
  const c: Counts = {
    pendingInit: 0,
    pendingSidecars: 0,
    failedForGood: 0,
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
  };
  const statusOf = (container: Container) => statuses.find((s) => s.name === container.name);
  for (const container of pod.spec.initContainers ?? []) {
    if (isRestartableInit(container)) countSidecar(c, statusOf(container));
    else countInit(c, pod, container, statusOf(container));
  }
  for (const container of pod.spec.containers) countRegular(c, pod, container, statusOf(container));
  return c;
}

function restartable(pod: Pod, container: Container, exitCode: number, reason: string | undefined): boolean {
  return reason === RESTARTING_ALL || shouldRestartAfterExit(container, pod.spec, exitCode);
}

function countInit(c: Counts, pod: Pod, container: Container, status: ContainerStatus | undefined): void {
  const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
  if (!ended || status?.state?.running) c.pendingInit++;
  else if (ended.exitCode !== 0 && !restartable(pod, container, ended.exitCode, ended.reason)) c.failedForGood++;
}

function countSidecar(c: Counts, status: ContainerStatus | undefined): void {
  if (!status) {
    c.unknown++;
  } else if (status.state?.running) {
    if (!status.started) c.pendingSidecars++;
    c.running++;
  } else if (status.state?.waiting) {
    if (status.lastState?.terminated) return;
    c.pendingSidecars++;
    c.waiting++;
  } else if (!status.state?.terminated) {
    c.pendingSidecars++;
    c.unknown++;
  }
}

function countRegular(c: Counts, pod: Pod, container: Container, status: ContainerStatus | undefined): void {
  const { state, lastState } = status ?? {};
  if (state?.running) {
    c.running++;
    return;
  }
  const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
  if (ended) {
    c.stopped++;
    if (!restartable(pod, container, ended.exitCode, ended.reason)) c.stoppedForGood++;
    if (state?.terminated?.exitCode === 0) c.succeeded++;
  } else if (state?.waiting) {
    c.waiting++;
  } else {
    c.unknown++;
  }
}

/** The decision at the heart of the kubelet: spec and runtime state in, actions out (pkg/kubelet/kuberuntime computePodActions). */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { asContainer } from '../pod/containers.ts';
import { matchingRestartRule } from '../pod/restart-policy.ts';
import { computeInitContainerActions } from './compute-init-actions.ts';
import { computePodLevelResize, computeResize } from './compute-resize.ts';
import { containerHash } from './container-hash.ts';
import type { ContainerToReset, PodActions, PodActionsInput } from './pod-actions.ts';
import { podSandboxChanged } from './sandbox-changed.ts';
import { shouldContainerBeRestarted } from './should-restart.ts';
import { findContainer, type RuntimePodStatus } from './types.ts';

export function computePodActions(input: PodActionsInput): PodActions {
  const { pod, status } = input;
  const verdict = podSandboxChanged(pod, status);
  const actions: PodActions = {
    killPod: verdict.changed,
    createSandbox: verdict.changed,
    sandboxId: verdict.sandboxId,
    attempt: verdict.attempt,
    initContainersToStart: [],
    containersToStart: [],
    ephemeralContainersToStart: [],
    containersToKill: new Map(),
    containersToReset: [],
    containersToUpdate: { cpu: [], memory: [] },
    updatePodResources: false,
    updatePodLevelResources: false,
  };
  if (input.restartAllContainers) {
    actions.containersToReset = containersToReset(pod, status);
    return actions;
  }
  if (verdict.changed) return withNewSandbox(input, actions);
  (pod.spec.ephemeralContainers ?? []).forEach((ephemeral, index) => {
    // Ephemeral containers are never restarted.
    if (!findContainer(status, asContainer(ephemeral).name)) actions.ephemeralContainersToStart.push(index);
  });
  const initialized = computeInitContainerActions(input, actions);
  if (actions.killPod || !initialized) return actions;
  computeContainerActions(input, actions);
  return actions;
}

function withNewSandbox({ pod, status }: PodActionsInput, actions: PodActions): PodActions {
  if (pod.spec.restartPolicy === 'Never' && actions.attempt !== 0 && status.containers.length !== 0) {
    // A pod that ran once and must not run again gets no new sandbox.
    actions.createSandbox = false;
    return actions;
  }
  const toStart: number[] = [];
  pod.spec.containers.forEach((container, index) => {
    const runOnce = (container.restartPolicy ?? pod.spec.restartPolicy) === 'OnFailure';
    if (!(runOnce && hasSucceeded(container, status))) toStart.push(index);
  });
  if (toStart.length === 0 && hasAnyRegularContainerCreated(pod, status)) {
    actions.createSandbox = false;
    return actions;
  }
  if (pod.spec.initContainers?.length) actions.initContainersToStart = [0];
  else actions.containersToStart = toStart;
  return actions;
}

function computeContainerActions(input: PodActionsInput, actions: PodActions): void {
  const { pod, status, probes } = input;
  let keep = 0;
  pod.spec.containers.forEach((container, index) => {
    const known = findContainer(status, container.name);
    if (known?.state !== 'running') {
      if (!shouldContainerBeRestarted(container, pod, status)) return;
      actions.containersToStart.push(index);
      if (known?.state === 'unknown') {
        const message = `Container is in "${known.state}" state, try killing it before restart`;
        actions.containersToKill.set(known.id, { container, message, reason: 'Unknown' });
      }
      return;
    }
    let restart = (container.restartPolicy ?? pod.spec.restartPolicy) !== 'Never';
    let message: string;
    let reason: 'LivenessProbe' | 'StartupProbe' | '' = '';
    if (known.hash !== containerHash(container)) {
      message = `Container ${container.name} definition changed`;
      restart = true;
    } else if (probes.liveness(known.id) === 'failure') {
      message = `Container ${container.name} failed liveness probe`;
      reason = 'LivenessProbe';
    } else if (probes.startup(known.id) === 'failure') {
      message = `Container ${container.name} failed startup probe`;
      reason = 'StartupProbe';
    } else {
      if (computeResize(input, { index, init: false, container, known }, actions)) keep++;
      return;
    }
    if (restart) {
      message += ', will be restarted';
      actions.containersToStart.push(index);
    }
    actions.containersToKill.set(known.id, { container, message, reason });
  });
  if (keep === 0 && actions.containersToStart.length === 0) {
    actions.killPod = true;
    // Sidecars go down with the pod.
    actions.initContainersToStart = [];
  }
  actions.updatePodLevelResources = computePodLevelResize(input);
}

/** Containers to remove before all start anew; those whose exit asked for it come last, so that a crash in between asks again. */
function containersToReset(pod: Pod, status: RuntimePodStatus): ContainerToReset[] {
  const split = (containers: readonly Container[]) => {
    const sources: ContainerToReset[] = [];
    const targets: ContainerToReset[] = [];
    for (const container of containers) {
      for (const known of status.containers.filter((c) => c.name === container.name)) {
        const asked = known.state === 'exited' && matchingRestartRule(container, known.exitCode)?.action === 'RestartAllContainers';
        (asked ? sources : targets).push({ id: known.id, container, kill: known.state !== 'exited' });
      }
    }
    return { sources, targets };
  };
  const init = split(pod.spec.initContainers ?? []);
  const regular = split(pod.spec.containers);
  return [...regular.targets, ...init.targets, ...regular.sources, ...init.sources];
}

function hasSucceeded(container: Container, status: RuntimePodStatus): boolean {
  const known = findContainer(status, container.name);
  return known?.state === 'exited' && known.exitCode === 0;
}

export function hasAnyRegularContainerCreated(pod: Pod, status: RuntimePodStatus): boolean {
  return pod.spec.containers.some((c) => {
    const state = findContainer(status, c.name)?.state;
    return state !== undefined && state !== 'unknown';
  });
}

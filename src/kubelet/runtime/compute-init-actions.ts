import type { Container } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { computeResize } from './compute-resize.ts';
import { containerHash } from './container-hash.ts';
import type { PodActions, PodActionsInput } from './pod-actions.ts';
import { shouldContainerBeRestarted } from './should-restart.ts';
import { findContainer, type RuntimeContainerStatus } from './types.ts';

/** What one init container means for the walk from the last to the first. */
interface Walk {
  /** All before this one have done their part. */
  previouslyInitialized: boolean;
  podInitialized: boolean;
}

/**
 * Adds which init containers to start or kill (pkg/kubelet/kuberuntime computeInitContainerActions). Returns whether the pod is
 * initialized, so that its regular containers may run.
 */
export function computeInitContainerActions(input: PodActionsInput, actions: PodActions): boolean {
  const containers = input.pod.spec.initContainers ?? [];
  if (containers.length === 0) return true;
  const started = input.pod.spec.containers.some((c) => {
    const state = findContainer(input.status, c.name)?.state;
    return state === 'created' || state === 'running';
  });
  const walk: Walk = { previouslyInitialized: started, podInitialized: started };
  for (let index = containers.length - 1; index >= 0; index--) {
    const container = containers[index];
    if (!container) continue;
    const known = findContainer(input.status, container.name);
    if (!known) {
      // A sidecar that was added or lost comes back while the pod runs.
      if (walk.previouslyInitialized && isRestartableInit(container)) actions.initContainersToStart.push(index);
      continue;
    }
    // An ordinary init container that is behind us has run.
    if (walk.previouslyInitialized && !isRestartableInit(container)) continue;
    const last = index === containers.length - 1;
    if (!visit(input, actions, { container, index, known, last, walk })) return false;
    walk.previouslyInitialized = true;
  }
  if (!walk.previouslyInitialized) actions.initContainersToStart.push(0);
  actions.initContainersToStart.reverse();
  return walk.podInitialized;
}

interface Visit {
  readonly container: Container;
  readonly index: number;
  readonly known: RuntimeContainerStatus;
  readonly last: boolean;
  readonly walk: Walk;
}

/** False when the pod failed to initialize for good. */
function visit(input: PodActionsInput, actions: PodActions, v: Visit): boolean {
  switch (v.known.state) {
    case 'created':
      actions.initContainersToStart.push(v.index);
      return true;
    case 'running':
      if (isRestartableInit(v.container)) visitRunningSidecar(input, actions, v);
      else computeResize(input, { index: v.index, init: true, container: v.container, known: v.known }, actions);
      return true;
    case 'exited':
      return visitExited(input, actions, v);
    case 'unknown':
      return visitUnknown(input, actions, v);
  }
}

function visitRunningSidecar(input: PodActionsInput, actions: PodActions, { container, index, known, last, walk }: Visit): void {
  const kill = (message: string, reason: 'StartupProbe' | 'LivenessProbe' | '') => {
    actions.containersToKill.set(known.id, { container, message, reason });
    actions.initContainersToStart.push(index);
  };
  if (container.startupProbe) {
    const startup = input.probes.startup(known.id);
    if (startup === 'failure') kill(`Init container ${container.name} failed startup probe`, 'StartupProbe');
    if (startup !== 'success') return;
  }
  if (last) walk.podInitialized = true;
  else if (!walk.previouslyInitialized) actions.initContainersToStart.push(index + 1);
  if (known.hash !== containerHash(container)) {
    kill(`Init container ${container.name} definition changed`, '');
    return;
  }
  if (container.livenessProbe) {
    const liveness = input.probes.liveness(known.id);
    if (liveness === undefined) return;
    if (liveness === 'failure') {
      kill(`Init container ${container.name} failed liveness probe`, 'LivenessProbe');
      return;
    }
  }
  computeResize(input, { index, init: true, container, known }, actions);
}

function visitExited(input: PodActionsInput, actions: PodActions, { container, index, known, last, walk }: Visit): boolean {
  if (isRestartableInit(container)) {
    actions.initContainersToStart.push(index);
    return true;
  }
  if (known.reason === 'OOMKilled' || known.exitCode !== 0) {
    if (!shouldContainerBeRestarted(container, input.pod, input.status)) return giveUp(actions);
    actions.initContainersToStart.push(index);
    return true;
  }
  if (last) walk.podInitialized = true;
  else actions.initContainersToStart.push(index + 1);
  return true;
}

function visitUnknown(input: PodActionsInput, actions: PodActions, { container, index, known }: Visit): boolean {
  const restart = isRestartableInit(container) || (container.restartPolicy ?? input.pod.spec.restartPolicy) !== 'Never';
  if (!restart) return giveUp(actions);
  const message = `Init container is in "${known.state}" state, try killing it before restart`;
  actions.containersToKill.set(known.id, { container, message, reason: 'Unknown' });
  actions.initContainersToStart.push(index);
  return true;
}

function giveUp(actions: PodActions): false {
  actions.killPod = true;
  actions.initContainersToStart = [];
  return false;
}

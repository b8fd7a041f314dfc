/** Brings a simulated pod's sandbox and containers to its spec: the kubelet's decision, carried out in memory. */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { asContainer } from '../../kubelet/pod/containers.ts';
import type { ActuatedRecords } from '../../kubelet/runtime/actuated-resources.ts';
import { computePodActions } from '../../kubelet/runtime/compute-pod-actions.ts';
import { containerResources, resourcesOf } from '../../kubelet/runtime/compute-resize.ts';
import { checkCrashBackoff } from '../../kubelet/runtime/crash-backoff.ts';
import type { PodActions, ProbeResults } from '../../kubelet/runtime/pod-actions.ts';
import { StartError } from '../../kubelet/images/start-error.ts';
import type { SyncResult } from '../../kubelet/runtime/sync-result.ts';
import type { ItemBackoff } from '../../kubelet/util/item-backoff.ts';
import { simSetting } from './settings.ts';
import type { SimImagePulls } from './sim-image-pulls.ts';
import { stopContainer, stopPod, type StopDependencies } from './stop-pod.ts';

export interface StartDependencies extends StopDependencies {
  readonly pulls: SimImagePulls;
  readonly actuated: ActuatedRecords;
  readonly crashBackoff: ItemBackoff;
}

export interface PodStart {
  readonly pod: Pod;
  readonly probes: ProbeResults;
  readonly restartAllContainers: boolean;
}

/** What was done, in order; the first failure of an init container ends it. */
export async function startContainers({ pod, probes, restartAllContainers }: PodStart, deps: StartDependencies): Promise<SyncResult[]> {
  const { runtime, events, actuated } = deps;
  const { uid } = pod.metadata;
  const actions = computePodActions({ pod, status: runtime.status(uid), probes, actuated, restartAllContainers });
  const results: SyncResult[] = [];
  if (actions.createSandbox && actions.sandboxId !== '') {
    events.pod(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  }
  await stopUnwanted(pod, actions, results, deps);
  resize(pod, actions, results, deps);
  const sandboxId = actions.createSandbox ? createSandbox(pod, actions, results, deps) : actions.sandboxId;
  if (sandboxId === undefined) return results;
  const start = (container: Container | undefined) => (container ? tryStart(pod, container, sandboxId, results, deps) : Promise.resolve(true));
  for (const index of actions.ephemeralContainersToStart) {
    const ephemeral = pod.spec.ephemeralContainers?.[index];
    await start(ephemeral && asContainer(ephemeral));
  }
  for (const index of actions.initContainersToStart) if (!(await start(pod.spec.initContainers?.[index]))) return results;
  for (const index of actions.containersToStart) await start(pod.spec.containers[index]);
  return results;
}

async function stopUnwanted(pod: Pod, actions: PodActions, results: SyncResult[], deps: StartDependencies): Promise<void> {
  const { runtime } = deps;
  const { uid } = pod.metadata;
  if (actions.killPod) {
    await stopPod(pod, undefined, deps);
    // In a new sandbox the pod initializes anew.
    if (actions.createSandbox) for (const { name } of pod.spec.initContainers ?? []) purge(uid, name, deps);
    return;
  }
  for (const [id, { container, message, reason }] of actions.containersToKill) {
    const running = runtime.find(uid, id);
    if (running) await stopContainer({ pod, container, running, message, reason }, deps);
    results.push({ action: 'KillContainer', target: container.name });
  }
  for (const { id, container } of actions.containersToReset) {
    runtime.removeContainer(uid, id);
    results.push({ action: 'RemoveContainer', target: container.name });
  }
}

function purge(uid: string, name: string, { runtime }: StartDependencies): void {
  for (let old = runtime.container(uid, name); old; old = runtime.container(uid, name)) runtime.removeContainer(uid, old.id);
}

function resize(pod: Pod, actions: PodActions, results: SyncResult[], { actuated }: StartDependencies): void {
  const { cpu, memory } = actions.containersToUpdate;
  for (const { container, desired } of [...cpu, ...memory]) actuated.setContainer(pod.metadata.uid, container.name, desired);
  if (pod.spec.resources && actions.updatePodLevelResources) actuated.setPod(pod.metadata.uid, resourcesOf(pod.spec.resources));
  if (cpu.length > 0 || memory.length > 0) results.push({ action: 'ResizePodInPlace', target: pod.metadata.name });
}

function createSandbox(pod: Pod, actions: PodActions, results: SyncResult[], { runtime, events }: StartDependencies): string | undefined {
  try {
    const id = runtime.createSandbox(pod, actions.attempt);
    results.push({ action: 'CreatePodSandbox', target: pod.metadata.name });
    return id;
  } catch (error) {
    events.pod(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${(error as Error).message}`);
    results.push({ action: 'CreatePodSandbox', target: pod.metadata.name, error: error as Error });
    return undefined;
  }
}

/** False when it could not be started. */
async function tryStart(pod: Pod, container: Container, sandboxId: string, results: SyncResult[], deps: StartDependencies): Promise<boolean> {
  try {
    await startOne(pod, container, sandboxId, deps);
    results.push({ action: 'StartContainer', target: container.name });
    return true;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    results.push({ action: 'StartContainer', target: container.name, error });
    return false;
  }
}

async function startOne(pod: Pod, container: Container, sandboxId: string, deps: StartDependencies): Promise<void> {
  const { runtime, events, actuated } = deps;
  const { uid } = pod.metadata;
  checkCrashBackoff(pod, container, runtime.status(uid), deps.crashBackoff, events);
  await deps.pulls.ensure(pod, container);
  actuated.setContainer(uid, container.name, containerResources(container, pod.spec.resources));
  events.container(pod, container, 'Normal', 'Created', 'Container created');
  const refused = simSetting(pod, container.name, 'start-error');
  if (refused !== undefined) {
    events.container(pod, container, 'Warning', 'Failed', `Error: ${refused}`);
    throw new StartError('RunContainerError', refused);
  }
  runtime.start(pod, container, sandboxId);
  events.container(pod, container, 'Normal', 'Started', 'Container started');
}

/** Brings a pod's sandbox and containers to its spec (pkg/kubelet/kuberuntime SyncPod). */
import type { Container, EphemeralContainer, Pod } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { mkdir } from '../../host/fs.ts';
import { goText } from '../images/image-manager.ts';
import { asContainer, isHostNetwork, isRestartableInit } from '../pod/containers.ts';
import { formatPod } from '../pod/names.ts';
import { computePodActions } from './compute-pod-actions.ts';
import { checkCrashBackoff } from './crash-backoff.ts';
import { pullImageVolumes } from './image-volumes.ts';
import { killContainer } from './kill-container.ts';
import { killPod } from './kill-pod.ts';
import type { PodActions } from './pod-actions.ts';
import { sandboxIps } from './read-pod-status.ts';
import { resizePod } from './resize-pod.ts';
import type { ImageVolumes, PullSecrets, RuntimeDependencies } from './runtime-dependencies.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import { startContainer } from './start-container.ts';
import type { SyncResult } from './sync-result.ts';
import type { RuntimePodStatus } from './types.ts';

export interface PodSync {
  readonly pod: Pod;
  readonly status: RuntimePodStatus;
  readonly pullSecrets: PullSecrets;
  readonly restartAllContainers: boolean;
}

interface Sandbox {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly podIPs: readonly string[];
  readonly images: ImageVolumes;
}

export class PodRuntime {
  readonly #deps: RuntimeDependencies;

  constructor(deps: RuntimeDependencies) {
    this.#deps = deps;
  }

  /** What was done, in order; the first failure of a sandbox or an init container ends it. Rejects only when the sandbox cannot be described. */
  async sync(sync: PodSync): Promise<SyncResult[]> {
    const { pod, status } = sync;
    const { probes, actuated } = this.#deps;
    const actions = computePodActions({ pod, status, probes, actuated, restartAllContainers: sync.restartAllContainers });
    const results: SyncResult[] = [];
    if (actions.createSandbox && actions.sandboxId !== '') {
      this.#deps.events.pod(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    if (!(await this.#stopUnwanted(sync, actions, results))) return results;
    await this.#pruneInitContainers(pod, status);
    if (nothingToStart(actions)) return results;
    const sandbox = await this.#sandbox(sync, actions, results);
    if (!sandbox) return results;
    await this.#startAll(sync, actions, sandbox, results);
    return results;
  }

  /** Stops everything of a pod. */
  kill(pod: Pod, status: RuntimePodStatus, graceOverride: number | undefined): Promise<SyncResult[]> {
    return killPod(pod, status, graceOverride, this.#deps);
  }

  /** False when something could not be stopped. */
  async #stopUnwanted({ pod, status }: PodSync, actions: PodActions, results: SyncResult[]): Promise<boolean> {
    if (actions.killPod) {
      const killed = await killPod(pod, status, undefined, this.#deps);
      results.push(...killed);
      if (killed.some((r) => r.error)) return false;
      if (actions.createSandbox) await this.#purgeInitContainers(pod, status);
      return true;
    }
    for (const [id, kill] of actions.containersToKill) {
      const done = await this.#try('KillContainer', kill.container.name, results, () => killContainer({ ...kill, pod, id }, this.#deps));
      if (!done) return false;
    }
    for (const { id, container, kill } of actions.containersToReset) {
      const done = await this.#try('RemoveContainer', container.name, results, async () => {
        const how = { pod, container, id, message: 'killing', reason: 'RestartAllContainers', graceOverride: 0 } as const;
        if (kill) await killContainer(how, this.#deps);
        await this.#deps.cri.removeContainer({ containerId: id });
      });
      if (!done) return false;
    }
    return true;
  }

  async #sandbox(sync: PodSync, actions: PodActions, results: SyncResult[]): Promise<Sandbox | undefined> {
    const { pod, pullSecrets } = sync;
    let config: SandboxConfig;
    let { sandboxId: id } = actions;
    let podIPs = sync.status.ips;
    if (actions.createSandbox) {
      const created = await this.#createSandbox(pod, actions.attempt, results);
      if (!created) return undefined;
      ({ id, config } = created);
      if (!isHostNetwork(pod)) podIPs = created.podIPs;
    } else {
      config = await this.#deps.surroundings.sandbox(pod, actions.attempt);
    }
    return { id, config, podIPs, images: await pullImageVolumes(pod, pullSecrets, config, this.#deps) };
  }

  async #createSandbox(
    pod: Pod,
    attempt: number,
    results: SyncResult[],
  ): Promise<{ id: string; config: SandboxConfig; podIPs: string[] } | undefined> {
    const { cri, events, surroundings, log } = this.#deps;
    let config: SandboxConfig;
    let id: string;
    try {
      config = await surroundings.sandbox(pod, attempt);
      await mkdir(config.logDirectory ?? '', { recursive: true, mode: 0o755 });
      const runtimeHandler = surroundings.runtimeHandler(pod);
      // Setting up the network may take the plugins a while; the runtime has its own limits.
      id = (await cri.runPodSandbox({ config, runtimeHandler }, { timeoutMs: 240_000 })).podSandboxId;
    } catch (error) {
      if (surroundings.isTerminationRequested(pod.metadata.uid)) return undefined;
      const text = goText(error);
      log.warn('cannot create a sandbox', { pod: pod.metadata.name, namespace: pod.metadata.namespace, err: text });
      events.pod(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${text}`);
      const message = `Failed to create sandbox for pod "${formatPod(pod)}": ${text}`;
      results.push({ action: 'CreatePodSandbox', target: formatPod(pod), error: new Error(message) });
      return undefined;
    }
    results.push({ action: 'CreatePodSandbox', target: formatPod(pod) });
    try {
      const { status } = await cri.podSandboxStatus({ podSandboxId: id });
      if (!status) throw new Error('pod sandbox status is nil');
      return { id, config, podIPs: sandboxIps(status) };
    } catch (error) {
      events.pod(pod, 'Warning', 'FailedPodSandBoxStatus', `Unable to get pod sandbox status: ${goText(error)}`);
      throw error;
    }
  }

  async #startAll(sync: PodSync, actions: PodActions, sandbox: Sandbox, results: SyncResult[]): Promise<void> {
    const { spec } = sync.pod;
    for (const index of actions.ephemeralContainersToStart) {
      const ephemeral = spec.ephemeralContainers?.[index];
      if (ephemeral) await this.#start(sync, sandbox, asContainer(ephemeral), results, ephemeral);
    }
    for (const index of actions.initContainersToStart) {
      const container = spec.initContainers?.[index];
      if (!container) continue;
      const started = await this.#start(sync, sandbox, container, results);
      // Without an ordinary init container nothing after it may start; a sidecar is tried again later.
      if (!started && !isRestartableInit(container)) return;
    }
    const resize = await resizePod(sync.pod, actions, sandbox.id, this.#deps);
    if (resize) results.push(resize);
    for (const index of actions.containersToStart) {
      const container = spec.containers[index];
      if (container) await this.#start(sync, sandbox, container, results);
    }
  }

  #start(sync: PodSync, sandbox: Sandbox, container: Container, results: SyncResult[], ephemeral?: EphemeralContainer): Promise<boolean> {
    const { pod, status, pullSecrets } = sync;
    return this.#try('StartContainer', container.name, results, async () => {
      checkCrashBackoff(pod, container, status, this.#deps.crashBackoff, this.#deps.events);
      const { id, config, podIPs, images } = sandbox;
      await startContainer(
        { pod, container, ephemeral, status, sandboxId: id, sandboxConfig: config, podIPs, pullSecrets, images },
        this.#deps,
      );
    });
  }

  async #try(action: SyncResult['action'], target: string, results: SyncResult[], step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      results.push({ action, target });
      return true;
    } catch (error) {
      results.push({ action, target, error: error as Error });
      return false;
    }
  }

  /** Of each init container only the newest ended instance is kept. */
  async #pruneInitContainers(pod: Pod, status: RuntimePodStatus): Promise<void> {
    for (const { name } of pod.spec.initContainers ?? []) {
      const ended = status.containers.filter((c) => c.name === name && (c.state === 'exited' || c.state === 'unknown'));
      await this.#remove(ended.slice(1).map((c) => c.id));
    }
  }

  /** In a new sandbox the pod initializes anew. */
  async #purgeInitContainers(pod: Pod, status: RuntimePodStatus): Promise<void> {
    const names = new Set((pod.spec.initContainers ?? []).map((c) => c.name));
    await this.#remove(status.containers.filter((c) => names.has(c.name)).map((c) => c.id));
  }

  async #remove(ids: readonly string[]): Promise<void> {
    for (const containerId of ids) {
      await this.#deps.cri.removeContainer({ containerId }).catch((error: unknown) =>
        // It is tried again at the next sync.
        this.#deps.log.warn('cannot remove an init container', { containerId, err: errorMessage(error) }),
      );
    }
  }
}

function nothingToStart(actions: PodActions): boolean {
  return (
    !actions.createSandbox &&
    actions.initContainersToStart.length === 0 &&
    actions.containersToStart.length === 0 &&
    actions.ephemeralContainersToStart.length === 0 &&
    actions.containersToUpdate.cpu.length === 0 &&
    actions.containersToUpdate.memory.length === 0 &&
    !actions.updatePodResources &&
    !actions.updatePodLevelResources
  );
}

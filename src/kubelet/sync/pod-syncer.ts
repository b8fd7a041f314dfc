/** The steps of a pod's life on this node (pkg/kubelet SyncPod, SyncTerminatingPod, SyncTerminatedPod). */
import { mkdir } from '../../host/fs.ts';
import type { Pod, PodStatus, Secret } from '../../api/core/v1.gen.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { PodCgroups } from '../cgroups/pod-cgroups.ts';
import { referencedConfigMaps, referencedSecrets } from '../objects/pod-references.ts';
import type { PodCache } from '../pleg/pod-cache.ts';
import { isHostNetwork } from '../pod/containers.ts';
import { isContainerRestartable } from '../pod/restart-policy.ts';
import type { ContainerEvents } from '../runtime/container-events.ts';
import type { PodRuntime } from '../runtime/pod-runtime.ts';
import type { SyncResult } from '../runtime/sync-result.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';
import { isTerminalPhase } from '../status/merge-status.ts';
import type { StatusManager } from '../status/status-manager.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { PodPaths } from '../volumes/types.ts';
import { NetworkNotReadyError } from '../workers/network-not-ready.ts';
import type { PodSyncer, UpdateType } from '../workers/pod-work.ts';
import type { StartFailures } from './start-failures.ts';

export interface PodSyncerOptions {
  readonly log: Logger;
  readonly events: ContainerEvents;
  readonly statuses: StatusManager;
  readonly cache: PodCache;
  readonly runtime: PodRuntime;
  readonly volumes: VolumeManager;
  readonly cgroups: PodCgroups;
  readonly paths: PodPaths;
  readonly failures: StartFailures;
  /** Makes the API's status of a pod. */
  generateStatus(pod: Pod, status: RuntimePodStatus, terminal: boolean): PodStatus;
  isTerminationRequested(uid: string): boolean;
  /** Why the node's network is not ready; undefined when it is. */
  networkProblem(): string | undefined;
  /** Which objects a pod uses; none when it is over. */
  useObjects(pod: Pod, configMaps: ReadonlySet<string>, secrets: ReadonlySet<string>): void;
  secret(namespace: string, name: string): Promise<Secret>;
  forgetTokens(podUid: string): void;
  readonly probes: { add(pod: Pod): void; stopLivenessAndStartup(pod: Pod): void; remove(pod: Pod): void };
  /** Brings the mirror of a static pod in line; nothing for other pods. */
  reconcileMirror(pod: Pod, mirror: Pod | undefined): Promise<void>;
  /** Pods that count for the node's resources. */
  activePods(): readonly Pod[];
  kill(pid: number): void;
  /** What resizing a pod in place says of it. */
  readonly resize: { before(pod: Pod, status: RuntimePodStatus): void; after(pod: Pod, results: readonly SyncResult[]): void };
  releaseUserNamespace(podUid: string): void;
}

export class KubeletPodSyncer implements PodSyncer {
  readonly #options: PodSyncerOptions;

  constructor(options: PodSyncerOptions) {
    this.#options = options;
  }

  async syncPod(_type: UpdateType, pod: Pod, mirror: Pod | undefined, status: RuntimePodStatus, signal: AbortSignal): Promise<boolean> {
    const o = this.#options;
    o.resize.before(pod, status);
    const apiStatus = o.generateStatus(pod, status, false);
    o.statuses.set(pod, apiStatus);
    if (isTerminalPhase(apiStatus.phase)) return true;
    this.#checkNetwork(pod);
    this.#checkClaims(pod);
    const running = !o.isTerminationRequested(pod.metadata.uid);
    if (running) o.useObjects(pod, referencedConfigMaps(pod), referencedSecrets(pod));
    if (running && !(await this.#ensureCgroup(pod, status, apiStatus))) return false;
    await o.reconcileMirror(pod, mirror);
    await this.#makeDirectories(pod);
    await this.#mountVolumes(pod, signal);
    const pullSecrets = await this.#pullSecrets(pod);
    o.probes.add(pod);
    // The runtime sees host network pods without addresses; containers are told the node's.
    const ips = (apiStatus.podIPs ?? []).map(({ ip }) => ip);
    const restartAllContainers = apiStatus.conditions?.some((c) => c.type === 'AllContainersRestarting' && c.status === 'True') ?? false;
    const results = await o.runtime.sync({ pod, status: { ...status, ips }, pullSecrets, restartAllContainers });
    o.failures.update(pod.metadata.uid, results);
    o.resize.after(pod, results);
    // What was done shows at once, and asks for the next step.
    if (results.length > 0) await o.cache.inspect(pod.metadata.uid);
    // Why a container waits is told now, not when it is tried again.
    if (results.some((r) => r.error)) o.statuses.set(pod, o.generateStatus(pod, o.cache.get(pod.metadata.uid), false));
    throwFirst(pod, results);
    return false;
  }

  async syncTerminatingPod(
    pod: Pod,
    status: RuntimePodStatus,
    graceSeconds: number | undefined,
    changeStatus: ((status: PodStatus) => void) | undefined,
  ): Promise<void> {
    const o = this.#options;
    const apiStatus = o.generateStatus(pod, status, false);
    changeStatus?.(apiStatus);
    o.statuses.set(pod, apiStatus);
    o.probes.stopLivenessAndStartup(pod);
    const results = await o.runtime.kill(pod, status, graceSeconds);
    const failed = results.filter((r) => r.error);
    if (failed.length > 0) {
      const why = failed.map((r) => errorMessage(r.error)).join(', ');
      o.events.pod(pod, 'Warning', 'FailedKillPod', `error killing pod: ${why}`);
      throw new Error(`error killing terminating pod: ${why}`);
    }
    o.probes.remove(pod);
    await o.cache.inspect(pod.metadata.uid);
    const stopped = { ...o.cache.get(pod.metadata.uid), ips: status.ips };
    const running = stopped.containers.filter((c) => c.state === 'running').map((c) => c.id);
    if (running.length > 0)
      throw new Error(`detected running containers after a successful KillPod, CRI violation: [${running.join(' ')}]`);
    o.statuses.set(pod, o.generateStatus(pod, stopped, true));
  }

  async syncTerminatingRuntimePod(running: RuntimePodStatus): Promise<void> {
    const o = this.#options;
    const pod = runtimeOnlyPod(running);
    const failed = (await o.runtime.kill(pod, running, 1)).filter((r) => r.error);
    await o.cache.inspect(running.uid);
    if (failed.length > 0) throw new Error(failed.map((r) => errorMessage(r.error)).join(', '));
  }

  async syncTerminatedPod(pod: Pod, status: RuntimePodStatus): Promise<void> {
    const o = this.#options;
    const { uid } = pod.metadata;
    o.statuses.set(pod, o.generateStatus(pod, status, true));
    await o.volumes.unmount(uid);
    o.useObjects(pod, new Set(), new Set());
    o.forgetTokens(uid);
    o.cgroups.destroy(uid, (pid) => o.kill(pid));
    o.releaseUserNamespace(uid);
    o.failures.forget(uid);
    o.statuses.terminate(pod);
  }

  #checkNetwork(pod: Pod): void {
    const problem = isHostNetwork(pod) ? undefined : this.#options.networkProblem();
    if (problem === undefined) return;
    const error = new NetworkNotReadyError(problem);
    this.#options.events.pod(pod, 'Warning', 'NetworkNotReady', error.message);
    throw error;
  }

  /** This kubelet prepares no devices: a pod that claims some must not run without them. */
  #checkClaims(pod: Pod): void {
    if (!pod.spec.resourceClaims?.length) return;
    const error = new Error('Failed to prepare dynamic resources: dynamic resource allocation is not supported by this kubelet');
    this.#options.events.pod(pod, 'Warning', 'FailedPrepareDynamicResources', error.message);
    throw error;
  }

  /** A pod whose cgroup is gone is killed and made anew. False when it must not run again. */
  async #ensureCgroup(pod: Pod, status: RuntimePodStatus, apiStatus: PodStatus): Promise<boolean> {
    const o = this.#options;
    if (o.cgroups.exists(pod)) return true;
    if (apiStatus.containerStatuses?.some((c) => c.state?.running)) {
      await o.runtime.kill(pod, status, undefined);
      await o.cache.inspect(pod.metadata.uid);
      if (!pod.spec.containers.some((c) => isContainerRestartable(c, pod.spec))) return false;
    }
    try {
      o.cgroups.updateQos(o.activePods());
      o.cgroups.ensure(pod);
      return true;
    } catch (error) {
      o.events.pod(pod, 'Warning', 'FailedCreatePodContainer', `unable to ensure pod container exists: ${errorMessage(error)}`);
      throw new Error(`failed to ensure that the pod: ${pod.metadata.uid} cgroups exist and are correctly applied: ${errorMessage(error)}`);
    }
  }

  async #makeDirectories(pod: Pod): Promise<void> {
    const { paths, events } = this.#options;
    const { uid } = pod.metadata;
    try {
      await mkdir(paths.pod(uid), { recursive: true, mode: 0o750 });
      await mkdir(paths.volumes(uid), { recursive: true, mode: 0o750 });
    } catch (error) {
      events.pod(pod, 'Warning', 'Failed', `error making pod data directories: ${errorMessage(error)}`);
      throw error;
    }
  }

  async #mountVolumes(pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.volumes.mount(pod, signal);
    } catch (error) {
      if (!signal.aborted)
        this.#options.events.pod(pod, 'Warning', 'FailedMount', `Unable to attach or mount volumes: ${errorMessage(error)}`);
      throw error;
    }
  }

  async #pullSecrets(pod: Pod): Promise<Secret[]> {
    const names = (pod.spec.imagePullSecrets ?? []).map((ref) => ref.name ?? '').filter(Boolean);
    const failed: string[] = [];
    const found = await Promise.all(
      names.map((name) =>
        this.#options.secret(pod.metadata.namespace, name).catch(() => {
          // Said in the event below; the image may be had without it.
          failed.push(name);
          return undefined;
        }),
      ),
    );
    if (failed.length > 0) {
      const message = `Unable to retrieve some image pull secrets (${failed.join(', ')}); attempting to pull the image may not succeed.`;
      this.#options.events.pod(pod, 'Warning', 'FailedToRetrieveImagePullSecret', message);
    }
    return found.filter((secret) => secret !== undefined);
  }
}

function throwFirst(pod: Pod, results: readonly SyncResult[]): void {
  const failed = results.filter((r) => r.error);
  if (failed.length === 0) return;
  const text = failed.map((r) => `failed to "${r.action}" for "${r.target}": ${errorMessage(r.error)}`).join(', ');
  throw new AggregateError(
    failed.map((r) => r.error),
    text,
  );
}

/** A pod that only the runtime knows, as far as that goes. */
function runtimeOnlyPod(status: RuntimePodStatus): Pod {
  const { uid, name, namespace } = status;
  const containers = [...new Set(status.containers.map((c) => c.name))].map((c) => ({ name: c, resources: {} }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { uid, name, namespace, resourceVersion: '', creationTimestamp: '' },
    spec: { containers },
    status: {},
  };
}

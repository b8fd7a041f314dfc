/** The steps of a pod's life on a simulated node; the kubelet's workers call them, its own code makes the statuses. */
import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { ActuatedRecords } from '../../kubelet/runtime/actuated-resources.ts';
import type { RuntimePodStatus } from '../../kubelet/runtime/types.ts';
import { generatePodStatus } from '../../kubelet/status/generate-pod-status.ts';
import { isTerminalPhase } from '../../kubelet/status/merge-status.ts';
import type { StatusManager } from '../../kubelet/status/status-manager.ts';
import type { StartFailures } from '../../kubelet/sync/start-failures.ts';
import { NetworkNotReadyError } from '../../kubelet/workers/network-not-ready.ts';
import type { PodSyncer, UpdateType } from '../../kubelet/workers/pod-work.ts';
import type { PodDeadlines } from './pod-deadlines.ts';
import type { SimProbes } from './sim-probes.ts';
import { startContainers, type StartDependencies } from './start-containers.ts';
import { stopPod } from './stop-pod.ts';

export interface SimPodSyncerOptions {
  readonly deps: Omit<StartDependencies, 'actuated'>;
  readonly nodeIPs: readonly string[];
  readonly statuses: StatusManager;
  readonly probes: SimProbes;
  readonly failures: StartFailures;
  readonly deadlines: PodDeadlines;
  /** A pod's state changed: what comes next is to be looked for. */
  sync(podUid: string): void;
  /** Why the node's network is not ready; undefined when it is. */
  networkProblem(): string | undefined;
}

/** As container ids begin: `sim://...`. */
export const RUNTIME_NAME = 'sim';

export class SimPodSyncer implements PodSyncer {
  readonly #options: SimPodSyncerOptions;
  readonly #actuated = new ActuatedRecords({ load: () => ({}), save: () => {} });

  constructor(options: SimPodSyncerOptions) {
    this.#options = options;
  }

  async syncPod(_type: UpdateType, pod: Pod, _mirror: Pod | undefined, status: RuntimePodStatus): Promise<boolean> {
    const { statuses, deps, failures, probes, networkProblem } = this.#options;
    const { uid } = pod.metadata;
    const before = this.#status(pod, status, false);
    statuses.set(pod, before);
    if (isTerminalPhase(before.phase)) return true;
    const problem = pod.spec.hostNetwork ? undefined : networkProblem();
    if (problem !== undefined) throw new NetworkNotReadyError(problem);
    const restartAllContainers = before.conditions?.some((c) => c.type === 'AllContainersRestarting' && c.status === 'True') ?? false;
    const results = await startContainers({ pod, probes: probes.resultsOf(pod), restartAllContainers }, { ...deps, actuated: this.#actuated });
    failures.update(uid, results);
    const after = this.#status(pod, deps.runtime.status(uid), false);
    statuses.set(pod, after);
    if (results.some((r) => !r.error)) this.#options.sync(uid);
    const failed = results.flatMap((r) => (r.error ? [r] : []));
    if (failed.length > 0) {
      const text = failed.map((r) => `failed to "${r.action}" for "${r.target}": ${errorMessage(r.error)}`).join(', ');
      throw new AggregateError(
        failed.map((r) => r.error),
        text,
      );
    }
    return isTerminalPhase(after.phase);
  }

  async syncTerminatingPod(
    pod: Pod,
    status: RuntimePodStatus,
    graceSeconds: number | undefined,
    changeStatus: ((status: PodStatus) => void) | undefined,
  ): Promise<void> {
    const { statuses, deps } = this.#options;
    const before = this.#status(pod, status, false);
    changeStatus?.(before);
    statuses.set(pod, before);
    await stopPod(pod, graceSeconds, deps);
    statuses.set(pod, this.#status(pod, { ...deps.runtime.status(pod.metadata.uid), ips: status.ips }, true));
  }

  /** The runtime of a simulated node has no pods but those it was told of. */
  syncTerminatingRuntimePod(running: RuntimePodStatus): Promise<void> {
    this.#options.deps.runtime.remove(running.uid);
    return Promise.resolve();
  }

  syncTerminatedPod(pod: Pod, status: RuntimePodStatus): Promise<void> {
    const { statuses, probes, failures, deadlines } = this.#options;
    const { uid } = pod.metadata;
    statuses.set(pod, this.#status(pod, status, true));
    statuses.terminate(pod);
    probes.forget(uid);
    failures.forget(uid);
    deadlines.forget(uid);
    return Promise.resolve();
  }

  #status(pod: Pod, runtime: RuntimePodStatus, terminal: boolean): PodStatus {
    const { statuses, failures, nodeIPs, probes, deadlines } = this.#options;
    const { uid } = pod.metadata;
    const old = statuses.get(uid) ?? pod.status;
    return generatePodStatus({
      pod,
      runtime,
      old,
      terminal,
      nodeIPs,
      runtimeName: RUNTIME_NAME,
      supportsRecursiveReadOnly: true,
      actuated: this.#actuated,
      resizeConditions: [],
      evict: deadlines.check(pod, old),
      failure: (container) => failures.get(uid, container),
      applyProbes: (status) => probes.applyTo(pod, status),
    });
  }
}

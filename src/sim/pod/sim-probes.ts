/** Probes of a simulated node: containers are ready and started at once unless the pod's annotations say otherwise. */
import type { Container, ContainerStatus, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { isRestartableInit } from '../../kubelet/pod/containers.ts';
import type { ProbeResults } from '../../kubelet/runtime/pod-actions.ts';
import type { SimRuntime } from './sim-runtime.ts';
import { simNumber, simSetting } from './settings.ts';

export interface SimProbesOptions {
  readonly clock: Clock;
  readonly runtime: SimRuntime;
  /** What a pod's containers are should be looked at again. */
  sync(podUid: string): void;
}

export class SimProbes {
  readonly #options: SimProbesOptions;
  readonly #timers = new Map<string, Timer>();

  constructor(options: SimProbesOptions) {
    this.#options = options;
  }

  /** The verdicts on one pod, for the decision what to kill. */
  resultsOf(pod: Pod): ProbeResults {
    return {
      liveness: (id) => {
        const name = this.#options.runtime.find(pod.metadata.uid, id)?.name;
        const container = name === undefined ? undefined : probed(pod).find((c) => c.name === name);
        if (!container?.livenessProbe) return undefined;
        return simSetting(pod, container.name, 'live') === 'false' ? 'failure' : 'success';
      },
      startup: () => 'success',
    };
  }

  /** Sets `started` and `ready` of the containers. */
  applyTo(pod: Pod, status: PodStatus): void {
    for (const c of status.containerStatuses ?? []) this.#apply(pod, c);
    for (const c of status.initContainerStatuses ?? []) {
      const spec = pod.spec.initContainers?.find((init) => init.name === c.name);
      if (spec && isRestartableInit(spec)) this.#apply(pod, c);
      else {
        c.started = c.state?.running !== undefined;
        c.ready = c.state?.terminated?.exitCode === 0;
      }
    }
  }

  forget(podUid: string): void {
    this.#timers.get(podUid)?.cancel();
    this.#timers.delete(podUid);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #apply(pod: Pod, c: ContainerStatus): void {
    c.started = c.state?.running !== undefined;
    c.ready = c.started && simSetting(pod, c.name, 'ready') !== 'false' && this.#isDue(pod, c.name);
  }

  #isDue(pod: Pod, name: string): boolean {
    const afterMs = (simNumber(pod, name, 'ready-after-seconds') ?? 0) * 1000;
    if (afterMs === 0) return true;
    const { clock, runtime, sync } = this.#options;
    const { uid } = pod.metadata;
    const startedAt = runtime.container(uid, name)?.startedAt;
    if (startedAt === undefined) return false;
    const leftMs = startedAt + afterMs - clock.now();
    if (leftMs <= 0) return true;
    this.#timers.get(uid)?.cancel();
    const timer = clock.schedule(leftMs, () => {
      this.#timers.delete(uid);
      sync(uid);
    });
    this.#timers.set(uid, timer);
    return false;
  }
}

function probed(pod: Pod): Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isRestartableInit)];
}

import type { Clock, Timer } from '../../base/clock.ts';
import type { PodManager } from '../../kubelet/pod/pod-manager.ts';
import type { StatusManager } from '../../kubelet/status/status-manager.ts';
import type { PodLoop } from '../../kubelet/sync/pod-loop.ts';
import type { PodWorkers } from '../../kubelet/workers/pod-workers.ts';
import { isTerminalPhase } from '../../kubelet/status/merge-status.ts';
import type { SimRuntime } from '../pod/sim-runtime.ts';

export interface SimHousekeepingOptions {
  readonly clock: Clock;
  readonly pods: PodManager;
  readonly workers: PodWorkers;
  readonly statuses: StatusManager;
  readonly runtime: SimRuntime;
  loop(): PodLoop;
}

const PERIOD_MS = 2000;

/** Forgets workers, statuses and containers of pods that are no more. Sleeps while there are none, so that idle nodes cost nothing. */
export class SimHousekeeping {
  readonly #options: SimHousekeepingOptions;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: SimHousekeepingOptions) {
    this.#options = options;
  }

  /** A pod was removed. */
  soon(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#options.clock.schedule(PERIOD_MS, () => {
      this.#timer = undefined;
      if (this.#clean()) this.soon();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** True while something is left to clean up later. */
  #clean(): boolean {
    const { pods, workers, statuses, runtime, loop } = this.#options;
    const wanted = pods.list();
    const known = workers.syncKnown(wanted);
    const uids = new Set(wanted.map((pod) => pod.metadata.uid));
    statuses.retain(uids);
    for (const uid of runtime.podUids()) if (!uids.has(uid) && !known.has(uid)) runtime.remove(uid);
    for (const pod of loop().activePods()) {
      if (!known.has(pod.metadata.uid)) workers.update({ type: 'create', pod });
    }
    for (const pod of wanted) {
      const { uid, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp && isTerminalPhase(pod.status.phase) && !known.has(uid)) workers.update({ type: 'kill', pod });
    }
    return [...known.values()].some((worker) => worker.orphan) || runtime.podUids().some((uid) => !uids.has(uid));
  }
}

/**
 * One loop a pod, one step at a time: running, then terminating, then terminated, never back (pkg/kubelet/pod_workers.go). A pod that is to be
 * started again under the same uid (a static pod) waits until its old life has been cleaned up.
 */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock, Random, Timer } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { StartError } from '../images/start-error.ts';
import { isRunning } from '../pleg/pod-cache.ts';
import { podFullName } from '../pod/names.ts';
import { isStaticPod } from '../pod/source.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';
import { isTerminalPhase } from '../status/merge-status.ts';
import { effectiveGrace } from './grace-seconds.ts';
import { NetworkNotReadyError } from './network-not-ready.ts';
import { workType, type PodSyncer, type PodUpdate, type UpdateType, type WorkerState, type WorkType } from './pod-work.ts';
import { StaticPodOrder } from './static-pod-order.ts';

export interface PodWorkersOptions {
  readonly syncer: PodSyncer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The runtime's last known state of a pod. */
  status(uid: string): RuntimePodStatus;
  /** The pod as the kubelet has it now, for syncs that time asks for. */
  currentPod(uid: string): { readonly pod: Pod; readonly mirror: Pod | undefined } | undefined;
  /** A step of a pod took so long. */
  onStep(type: UpdateType, ms: number): void;
}

const RESYNC_MS = 60_000;
const BACKOFF_MS = 10_000;
const NETWORK_BACKOFF_MS = 1000;
const JITTER = 0.5;

export interface KnownWorker {
  readonly work: WorkType;
  /** The kubelet was not asked for this pod (any more). */
  readonly orphan: boolean;
}

export class PodWorkers {
  readonly #options: PodWorkersOptions;
  readonly #workers = new Map<string, WorkerState>();
  readonly #timers = new Map<string, Timer>();
  readonly #staticPods = new StaticPodOrder();
  #synced = false;

  constructor(options: PodWorkersOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#cancelTimers(), { once: true });
  }

  isKnownTerminated(uid: string): boolean {
    return this.#workers.get(uid)?.terminated ?? false;
  }

  couldHaveRunningContainers(uid: string): boolean {
    const state = this.#workers.get(uid);
    return state ? !state.terminated : !this.#synced;
  }

  isTerminationRequested(uid: string): boolean {
    return this.#workers.get(uid)?.terminating ?? false;
  }

  /** Its containers and sandboxes are no longer needed. */
  shouldRuntimeBeRemoved(uid: string): boolean {
    return this.#workers.get(uid)?.terminated ?? this.#synced;
  }

  /** Nothing of it is needed any more: the API does not have it, or the kubelet evicted it. */
  shouldContentBeRemoved(uid: string): boolean {
    const state = this.#workers.get(uid);
    return state ? state.evicted || (state.deleted && state.terminated) : this.#synced;
  }

  isMirrorTerminating(fullName: string): boolean {
    const uid = this.#staticPods.startedUid(fullName);
    const state = uid === undefined ? undefined : this.#workers.get(uid);
    return state !== undefined && state.terminating && !state.terminated;
  }

  /** Tells a pod's worker of a change; the newest replaces what it has not begun yet. */
  update(update: PodUpdate): void {
    const uid = update.pod?.metadata.uid ?? update.runningPod?.uid;
    if (uid === undefined || this.#options.signal.aborted) return;
    const first = !this.#workers.has(uid);
    const state = this.#workers.get(uid) ?? this.#create(uid, update);
    const wanted = this.#adopt(state, update);
    if (!first && state.terminating && wanted.type === 'create') {
      state.restartRequested = true;
      return;
    }
    if (state.finished) return;
    const became = !state.terminating && beginTermination(state, wanted);
    const shortened = this.#applyKill(state, wanted);
    if (state.terminated && wanted.runningPod) return;
    state.pending = wanted;
    if (became || shortened) state.abort?.abort(new Error('superseded'));
    this.#wake(state);
  }

  /** Compares with the pods the kubelet was asked for: workers without one end, finished ones are forgotten. Returns what is left. */
  syncKnown(desired: readonly Pod[]): Map<string, KnownWorker> {
    this.#synced = true;
    const known = new Set(desired.map((pod) => pod.metadata.uid));
    const out = new Map<string, KnownWorker>();
    for (const state of [...this.#workers.values()]) {
      const orphan = !known.has(state.uid);
      if ((state.restartRequested || orphan) && this.#forget(state, orphan)) continue;
      out.set(state.uid, { work: workType(state), orphan });
    }
    return out;
  }

  #create(uid: string, update: PodUpdate): WorkerState {
    const { pod } = update;
    // A pod that ended before this kubelet began only needs to be cleaned up.
    const over = pod !== undefined && isTerminalPhase(pod.status.phase) && !isRunning(this.#options.status(uid));
    const state: WorkerState = {
      uid,
      fullName: pod ? podFullName(pod) : `${update.runningPod?.name}_${update.runningPod?.namespace}`,
      pending: undefined,
      active: undefined,
      abort: undefined,
      looping: false,
      started: false,
      terminating: over,
      terminated: over,
      startedTerminating: over,
      finished: false,
      deleted: false,
      evicted: false,
      restartRequested: false,
      observedRuntime: false,
      graceSeconds: 0,
      onStopped: [],
      changeStatus: undefined,
    };
    this.#workers.set(uid, state);
    if (pod && isStaticPod(pod)) this.#staticPods.wait(state.fullName, uid);
    return state;
  }

  /** A pod that only the runtime reported is taken for the one we know, if we know one. */
  #adopt(state: WorkerState, update: PodUpdate): PodUpdate {
    if (update.pod || !update.runningPod) return { ...update, runningPod: undefined };
    state.observedRuntime = true;
    const pod = state.pending?.pod ?? state.active?.pod;
    return pod ? { ...update, pod, runningPod: undefined } : update;
  }

  /** True when the time to terminate got shorter. */
  #applyKill(state: WorkerState, update: PodUpdate): boolean {
    const { kill, pod } = update;
    if (state.terminated || !state.terminating) {
      kill?.onStopped?.();
      return false;
    }
    if (kill?.onStopped) state.onStopped.push(kill.onStopped);
    if (kill?.changeStatus) state.changeStatus = kill.changeStatus;
    const before = state.graceSeconds;
    state.graceSeconds = pod ? effectiveGrace(before, pod, kill?.graceOverride) : Math.max(1, kill?.graceOverride ?? 1);
    return before !== 0 && before !== state.graceSeconds;
  }

  #wake(state: WorkerState): void {
    if (state.looping) return;
    state.looping = true;
    void this.#loop(state);
  }

  async #loop(state: WorkerState): Promise<void> {
    try {
      // What was told in one turn of the event loop is done in one step.
      await Promise.resolve();
      while (state.pending && !state.finished && !this.#options.signal.aborted) {
        if (!this.#mayStart(state, state.pending)) return;
        const update = state.pending;
        state.pending = undefined;
        state.active = merged(state.active, update);
        await this.#step(state, update);
      }
    } finally {
      state.looping = false;
      // Told between the last look and now.
      if (state.pending && state.started && !state.finished && !this.#options.signal.aborted) this.#wake(state);
    }
  }

  #mayStart(state: WorkerState, update: PodUpdate): boolean {
    if (state.started || (update.runningPod && state.terminating)) return true;
    if (!update.pod) return false;
    if (isStaticPod(update.pod)) {
      if (state.terminating) {
        this.#finish(state);
        return false;
      }
      const waiting = (uid: string) => {
        const other = this.#workers.get(uid);
        return other !== undefined && !other.terminating;
      };
      if (!this.#staticPods.mayStart(state.fullName, state.uid, waiting)) {
        this.#requeue(state.uid, this.#jittered(NETWORK_BACKOFF_MS));
        return false;
      }
    }
    state.started = true;
    return true;
  }

  async #step(state: WorkerState, update: PodUpdate): Promise<void> {
    const work = workType(state);
    const started = this.#options.clock.monotonic();
    state.abort = new AbortController();
    try {
      const ended = await this.#call(state, update, work, state.abort.signal);
      this.#completed(state, update, work, ended);
    } catch (error) {
      if (state.abort.signal.aborted || this.#options.signal.aborted) return;
      this.#failed(state, error);
    } finally {
      state.abort = undefined;
      this.#options.onStep(update.type, this.#options.clock.monotonic() - started);
    }
  }

  async #call(state: WorkerState, { type, pod, mirror, runningPod }: PodUpdate, work: WorkType, signal: AbortSignal): Promise<boolean> {
    const { syncer } = this.#options;
    if (runningPod) {
      state.startedTerminating = true;
      await syncer.syncTerminatingRuntimePod(runningPod);
      return false;
    }
    if (!pod) throw new Error(`Cannot sync pod ${state.uid}: nobody told what it is`);
    const status = this.#options.status(state.uid);
    if (work === 'sync') return syncer.syncPod(type, pod, mirror, status, signal);
    if (work === 'terminated') {
      await syncer.syncTerminatedPod(pod, status);
      return false;
    }
    state.startedTerminating = true;
    await syncer.syncTerminatingPod(pod, status, state.graceSeconds || undefined, state.changeStatus);
    return false;
  }

  #completed(state: WorkerState, update: PodUpdate, work: WorkType, ended: boolean): void {
    if (update.runningPod) {
      this.#finish(state);
      this.#workers.delete(state.uid);
    } else if (work === 'terminated') {
      this.#finish(state);
    } else if (work === 'terminating') {
      state.terminated = true;
      for (const stopped of state.onStopped.splice(0)) stopped();
      state.changeStatus = undefined;
      state.pending ??= state.active;
    } else if (ended) {
      state.terminating = true;
      state.startedTerminating = true;
      state.pending ??= state.active;
    } else {
      this.#requeue(state.uid, this.#jittered(RESYNC_MS));
    }
  }

  #failed(state: WorkerState, error: unknown): void {
    const { clock, log } = this.#options;
    const retryAt = earliestRetry(error);
    let delay = this.#jittered(error instanceof NetworkNotReadyError ? NETWORK_BACKOFF_MS : BACKOFF_MS);
    if (retryAt !== undefined) delay = Math.min(RESYNC_MS, Math.max(0, retryAt - clock.now()));
    log.warn('error syncing pod, skipping', {
      pod: state.fullName,
      work: workType(state),
      err: errorMessage(error),
      retryMs: Math.round(delay),
    });
    this.#requeue(state.uid, delay);
  }

  /** Asks for another sync later; of several the last asked counts. */
  #requeue(uid: string, ms: number): void {
    this.#timers.get(uid)?.cancel();
    if (this.#options.signal.aborted) return;
    const timer = this.#options.clock.schedule(ms, () => {
      this.#timers.delete(uid);
      const state = this.#workers.get(uid);
      if (!state || state.finished || this.#options.signal.aborted) return;
      const current = this.#options.currentPod(uid);
      if (state.pending) this.#wake(state);
      else if (current) this.update({ type: 'sync', ...current });
      else if (state.active) {
        state.pending = state.active;
        this.#wake(state);
      }
    });
    this.#timers.set(uid, timer);
  }

  #cancelTimers(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #jittered(ms: number): number {
    return ms * (1 + JITTER * this.#options.random.float());
  }

  #finish(state: WorkerState): void {
    state.terminated = true;
    state.terminating = true;
    state.finished = true;
    state.pending = undefined;
    this.#timers.get(state.uid)?.cancel();
    this.#timers.delete(state.uid);
    this.#staticPods.ended(state.fullName, state.uid);
  }

  /** True when the worker is gone. An orphan that still runs is told to terminate. */
  #forget(state: WorkerState, orphan: boolean): boolean {
    if (!state.finished) {
      if (!orphan) return false;
      state.deleted = true;
      if (state.started || state.observedRuntime) {
        if (!state.terminating) {
          state.terminating = true;
          state.graceSeconds = state.active?.pod ? effectiveGrace(0, state.active.pod, undefined) : 1;
        }
        if (!state.looping) {
          state.pending ??= state.active;
          this.#wake(state);
        }
        return false;
      }
    }
    this.#finish(state);
    this.#workers.delete(state.uid);
    return true;
  }
}

/** What begins the end of a pod. */
function beginTermination(state: WorkerState, { type, pod, kill, runningPod }: PodUpdate): boolean {
  if (runningPod) {
    state.deleted = true;
  } else if (pod?.metadata.deletionTimestamp) {
    state.deleted = true;
  } else if (!isTerminalPhase(pod?.status.phase)) {
    if (type !== 'kill') return false;
    if (kill?.evict) state.evicted = true;
  }
  state.terminating = true;
  return true;
}

/** The last update with what only earlier ones said. */
function merged(before: PodUpdate | undefined, update: PodUpdate): PodUpdate {
  return { ...update, pod: update.pod ?? before?.pod, mirror: update.mirror ?? before?.mirror };
}

/** When the first of what failed may be tried again. */
function earliestRetry(error: unknown): number | undefined {
  const errors = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const times = errors.map((e) => (e instanceof StartError ? e.retryAt : undefined)).filter((t): t is number => t !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

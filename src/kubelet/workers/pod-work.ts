import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';

export type UpdateType = 'create' | 'update' | 'sync' | 'kill';

export interface KillOptions {
  /** The kubelet evicts the pod: its content may go before the API deletes it. */
  readonly evict?: boolean | undefined;
  /** Seconds that shorten the pod's grace period. */
  readonly graceOverride?: number | undefined;
  /** Changes the status while the pod terminates. */
  readonly changeStatus?: ((status: PodStatus) => void) | undefined;
  /** Called when the containers have stopped. */
  readonly onStopped?: (() => void) | undefined;
}

export interface PodUpdate {
  readonly type: UpdateType;
  /** Left out for pods that only the runtime knows. */
  readonly pod?: Pod | undefined;
  readonly mirror?: Pod | undefined;
  /** A pod that runs without anybody having asked for it; only with `kill`. */
  readonly runningPod?: RuntimePodStatus | undefined;
  readonly kill?: KillOptions | undefined;
}

export type WorkType = 'sync' | 'terminating' | 'terminated';

/** What a worker calls. Each may be called again with the same arguments. */
export interface PodSyncer {
  /** Resolves with true when the pod has ended for good. */
  syncPod(type: UpdateType, pod: Pod, mirror: Pod | undefined, status: RuntimePodStatus, signal: AbortSignal): Promise<boolean>;
  syncTerminatingPod(
    pod: Pod,
    status: RuntimePodStatus,
    graceSeconds: number | undefined,
    changeStatus: ((status: PodStatus) => void) | undefined,
  ): Promise<void>;
  syncTerminatingRuntimePod(running: RuntimePodStatus): Promise<void>;
  syncTerminatedPod(pod: Pod, status: RuntimePodStatus): Promise<void>;
}

/** State of a pod's worker (pkg/kubelet podSyncStatus). Times of things that happened are true or false here: their order is the loop's. */
export interface WorkerState {
  readonly uid: string;
  readonly fullName: string;
  pending: PodUpdate | undefined;
  active: PodUpdate | undefined;
  /** Cancels the sync that runs. */
  abort: AbortController | undefined;
  looping: boolean;
  started: boolean;
  terminating: boolean;
  terminated: boolean;
  startedTerminating: boolean;
  finished: boolean;
  deleted: boolean;
  evicted: boolean;
  restartRequested: boolean;
  observedRuntime: boolean;
  /** Seconds; 0 before termination was asked for. */
  graceSeconds: number;
  onStopped: (() => void)[];
  changeStatus: ((status: PodStatus) => void) | undefined;
}

export function workType(state: WorkerState): WorkType {
  if (state.terminated) return 'terminated';
  return state.terminating ? 'terminating' : 'sync';
}

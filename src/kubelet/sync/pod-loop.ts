/** Turns what happens (pods come, change and go; the runtime and probes speak) into work for the pods' workers (pkg/kubelet syncLoop). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { PodManager } from '../pod/pod-manager.ts';
import { podQos } from '../pod/qos.ts';
import { isMirrorPod } from '../pod/source.ts';
import type { ContainerEvents } from '../runtime/container-events.ts';
import { readyCondition } from '../status/conditions.ts';
import { isTerminalPhase } from '../status/merge-status.ts';
import type { StatusManager } from '../status/status-manager.ts';
import type { UpdateType } from '../workers/pod-work.ts';
import type { PodWorkers } from '../workers/pod-workers.ts';

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

export interface PodLoopOptions {
  readonly log: Logger;
  readonly pods: PodManager;
  readonly workers: PodWorkers;
  readonly statuses: StatusManager;
  readonly events: ContainerEvents;
  /** Why the node cannot take this pod beside the active ones; undefined when it can. */
  admit(pod: Pod, active: readonly Pod[]): Rejection | undefined;
  /** The resources that the node has agreed to give each pod. */
  readonly allocations: { allocated(pod: Pod): Pod; set(pod: Pod): void };
  /** Reads the node from the API, past what the watch has shown. */
  refreshNode(): Promise<void>;
  onRejected(reason: string): void;
  onAdd(pod: Pod): void;
  /** A pod's spec or labels changed. */
  onUpdate(pod: Pod, old: Pod | undefined): void;
  /** Only a pod's status changed. */
  onReconcile(pod: Pod): void;
  onRemove(pod: Pod): void;
}

export class PodLoop {
  readonly #options: PodLoopOptions;

  constructor(options: PodLoopOptions) {
    this.#options = options;
  }

  /** Pods that count: neither ended nor about to be cleaned up. */
  activePods(): Pod[] {
    const { pods, workers, statuses } = this.#options;
    return pods.list().filter((pod) => {
      const { uid } = pod.metadata;
      if (workers.isKnownTerminated(uid)) return false;
      const over = isTerminalPhase(pod.status.phase) || isTerminalPhase(statuses.get(uid)?.phase);
      return !over || workers.isTerminationRequested(uid);
    });
  }

  add(pod: Pod): void {
    const { pods, workers, allocations } = this.#options;
    const active = isMirrorPod(pod) ? [] : this.activePods();
    pods.set(pod);
    if (isMirrorPod(pod)) {
      this.#dispatch('update', pod);
      return;
    }
    if (!workers.isTerminationRequested(pod.metadata.uid) && !isTerminalPhase(pod.status.phase)) {
      const rejection = this.#options.admit(
        allocations.allocated(pod),
        active.map((other) => allocations.allocated(other)),
      );
      if (rejection?.reason === 'NodeAffinity') {
        // The scheduler may have seen labels of the node that the watch has yet to bring.
        void this.#admitAfterRefresh(pod, rejection);
        return;
      }
      if (rejection) {
        this.#reject(pod, rejection);
        return;
      }
      allocations.set(allocations.allocated(pod));
    }
    this.#begin(pod);
  }

  async #admitAfterRefresh(pod: Pod, first: Rejection): Promise<void> {
    const { pods, log, refreshNode, admit, allocations } = this.#options;
    try {
      await refreshNode();
    } catch (error) {
      log.warn('cannot read the node', { err: errorMessage(error) });
      this.#reject(pod, first);
      return;
    }
    const current = pods.byUid(pod.metadata.uid);
    if (!current) return;
    const others = this.activePods().filter((other) => other.metadata.uid !== pod.metadata.uid);
    const rejection = admit(current, others);
    if (rejection) {
      this.#reject(current, rejection);
      return;
    }
    allocations.set(current);
    this.#begin(current);
  }

  #begin(pod: Pod): void {
    this.#options.onAdd(pod);
    this.#dispatch('create', pod);
  }

  #reject(pod: Pod, { reason, message }: Rejection): void {
    const { events, statuses, onRejected } = this.#options;
    onRejected(reason);
    events.pod(pod, 'Warning', reason, message);
    statuses.set(pod, { qosClass: podQos(pod), phase: 'Failed', reason, message: `Pod was rejected: ${message}` });
  }

  update(pod: Pod): void {
    const { pods } = this.#options;
    const old = pods.byUid(pod.metadata.uid);
    pods.set(pod);
    this.#options.onUpdate(pod, old);
    this.#dispatch('update', pod);
  }

  /** Only the status differs from what we had. */
  reconcile(pod: Pod): void {
    this.#options.pods.set(pod);
    this.#options.onReconcile(pod);
    if (needsReadiness(pod)) this.#dispatch('sync', pod);
  }

  remove(pod: Pod): void {
    const { pods, workers } = this.#options;
    pods.delete(pod);
    this.#options.onRemove(pod);
    if (isMirrorPod(pod)) {
      this.#dispatch('update', pod);
      return;
    }
    workers.update({ type: 'kill', pod: this.#options.allocations.allocated(pod) });
  }

  /** Something about a pod's containers or probes changed. */
  sync(uid: string): void {
    const pod = this.#options.pods.byUid(uid);
    if (pod) this.#dispatch('sync', pod);
  }

  currentPod(uid: string): { pod: Pod; mirror: Pod | undefined } | undefined {
    const { pods } = this.#options;
    const pod = pods.byUid(uid);
    return pod && { pod: this.#options.allocations.allocated(pod), mirror: pods.mirrorOf(pod) };
  }

  #dispatch(type: UpdateType, given: Pod): void {
    const { pods, workers } = this.#options;
    const pod = pods.realPod(given);
    // A mirror without its static pod is cleaned up by housekeeping.
    if (pod) workers.update({ type, pod: this.#options.allocations.allocated(pod), mirror: pods.mirrorOf(pod) });
  }
}

/** A readiness gate changed what Ready should say. */
function needsReadiness(pod: Pod): boolean {
  if (!pod.spec.readinessGates?.length) return false;
  const { conditions = [], containerStatuses, phase } = pod.status;
  const wanted = readyCondition(pod, conditions, containerStatuses, phase);
  const current = conditions.find((c) => c.type === 'Ready');
  return current !== undefined && (current.status !== wanted.status || (current.message ?? '') !== (wanted.message ?? ''));
}

/** Pods whose spec asks for other resources than they were given: which may have them now, which must wait (pkg/kubelet/allocation). */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { ContainerEvents } from '../runtime/container-events.ts';
import { isPodResizeInProgress } from '../runtime/resize-in-progress.ts';
import type { ActuatedResources } from '../runtime/pod-actions.ts';
import type { SyncResult } from '../runtime/sync-result.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';
import { errorMessage } from '../../base/log.ts';
import { sameJson } from '../status/status-patch.ts';
import type { Allocations } from './allocations.ts';
import type { ResizeConditions } from './resize-conditions.ts';
import { resizeMessage } from './resize-message.ts';
import { resizeOrder } from './resize-order.ts';

export interface ResizesOptions {
  readonly allocations: Allocations;
  readonly conditions: ResizeConditions;
  readonly actuated: ActuatedResources;
  readonly events: ContainerEvents;
  podByUid(uid: string): Pod | undefined;
  activePods(): readonly Pod[];
  admit(pod: Pod, others: readonly Pod[]): { readonly reason: string; readonly message: string } | undefined;
  sync(uid: string): void;
}

export class Resizes {
  readonly #options: ResizesOptions;
  readonly #pending = new Set<string>();

  constructor(options: ResizesOptions) {
    this.#options = options;
  }

  /** A pod came to this node, or was here when the kubelet started. */
  added(pod: Pod): void {
    this.#options.conditions.adopt(pod);
    if (this.#options.allocations.allocated(pod) === pod) return;
    this.#pending.add(pod.metadata.uid);
    this.retry();
  }

  /** A pod's spec changed. */
  updated(pod: Pod, old: Pod | undefined): void {
    if (!old || sameResources(pod, old)) return;
    if (this.#options.allocations.allocated(pod) === pod) {
      this.#pending.delete(pod.metadata.uid);
      this.#options.conditions.clear(pod.metadata.uid, 'PodResizePending');
      return;
    }
    this.#pending.add(pod.metadata.uid);
    this.retry();
  }

  /** Room may have become free. */
  retry(): void {
    const { podByUid, allocations, conditions } = this.#options;
    const pods = [...this.#pending].map((uid) => podByUid(uid)).filter((pod) => pod !== undefined);
    this.#pending.clear();
    for (const pod of resizeOrder(pods, allocations, conditions)) this.#try(pod);
  }

  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Before a sync: is the resize over, or still to be done? */
  beforeSync(pod: Pod, status: RuntimePodStatus): void {
    const { conditions, actuated, events } = this.#options;
    const { uid, generation } = pod.metadata;
    if (isPodResizeInProgress(pod, status, actuated)) {
      conditions.setInProgress(uid, '', '', generation);
      return;
    }
    const gone = conditions.clear(uid, 'PodResizeInProgress');
    if (gone) events.pod(pod, 'Normal', 'ResizeCompleted', resizeMessage('Pod resize completed', pod, gone.observedGeneration));
  }

  /** After a sync: did it fail? */
  afterSync(pod: Pod, results: readonly SyncResult[]): void {
    const { conditions, events } = this.#options;
    for (const { action, error } of results) {
      if (action !== 'ResizePodInPlace' || !error) continue;
      const { uid, generation } = pod.metadata;
      const why = errorMessage(error);
      if (!conditions.setInProgress(uid, 'Error', why, generation)) continue;
      const observed = conditions.get(uid, 'PodResizeInProgress')?.observedGeneration;
      events.pod(pod, 'Warning', 'ResizeError', resizeMessage('Pod resize error', pod, observed, why));
    }
  }

  retain(uids: ReadonlySet<string>): void {
    this.#options.conditions.retain(uids);
    for (const uid of this.#pending) if (!uids.has(uid)) this.#pending.delete(uid);
  }

  #try(pod: Pod): void {
    const { allocations, conditions, events, admit, activePods, sync } = this.#options;
    const { uid, generation } = pod.metadata;
    if (allocations.allocated(pod) === pod) {
      conditions.clear(uid, 'PodResizePending');
      return;
    }
    const others = activePods()
      .filter((other) => other.metadata.uid !== uid)
      .map((other) => allocations.allocated(other));
    const refusal = admit(pod, others);
    if (!refusal) {
      allocations.set(pod);
      conditions.clear(uid, 'PodResizePending');
      conditions.clear(uid, 'PodResizeInProgress');
      conditions.setInProgress(uid, '', '', generation);
      events.pod(pod, 'Normal', 'ResizeStarted', resizeMessage('Pod resize started', pod, generation));
      sync(uid);
      return;
    }
    this.#pending.add(uid);
    if (!conditions.setPending(uid, 'Deferred', refusal.message, generation)) return;
    events.pod(pod, 'Warning', 'ResizeDeferred', resizeMessage('Pod resize Deferred', pod, generation, refusal.message));
    sync(uid);
  }
}

function sameResources(a: Pod, b: Pod): boolean {
  const of = ({ spec }: Pod) => [spec.resources, ...[...(spec.initContainers ?? []), ...spec.containers].map((c) => c.resources ?? {})];
  return sameJson(of(a), of(b));
}

import type { Pod, PodCondition } from '../../api/core/v1.gen.ts';
import { formatTime, type Clock } from '../../base/clock.ts';

type ResizeType = 'PodResizePending' | 'PodResizeInProgress';

interface Conditions {
  PodResizePending?: PodCondition | undefined;
  PodResizeInProgress?: PodCondition | undefined;
}

/** What the kubelet says of the resizes of its pods, in its own memory (pkg/kubelet/status podResizeConditions). */
export class ResizeConditions {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Conditions>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  list(uid: string): PodCondition[] {
    const { PodResizePending: pending, PodResizeInProgress: progress } = this.#pods.get(uid) ?? {};
    return [pending, progress].filter((c) => c !== undefined);
  }

  get(uid: string, type: ResizeType): PodCondition | undefined {
    return this.#pods.get(uid)?.[type];
  }

  /** True when that is news. */
  setPending(uid: string, reason: string, message: string, generation: number | undefined): boolean {
    const before = this.get(uid, 'PodResizePending');
    this.#set(uid, 'PodResizePending', reason, message, generation);
    return before === undefined || before.reason !== reason || before.observedGeneration !== generation;
  }

  /** A resize that is under way keeps its generation, and without a new reason what it said. True when that is news. */
  setInProgress(uid: string, reason: string, message: string, generation: number | undefined): boolean {
    const before = this.get(uid, 'PodResizeInProgress');
    const silent = reason === '' && message === '';
    this.#set(
      uid,
      'PodResizeInProgress',
      (silent ? before?.reason : reason) ?? '',
      (silent ? before?.message : message) ?? '',
      before?.observedGeneration ?? generation,
    );
    const after = this.get(uid, 'PodResizeInProgress');
    return before?.reason !== after?.reason || before?.message !== after?.message;
  }

  /** The condition that went; undefined when there was none. */
  clear(uid: string, type: ResizeType): PodCondition | undefined {
    const conditions = this.#pods.get(uid);
    const gone = conditions?.[type];
    if (conditions && gone) delete conditions[type];
    return gone;
  }

  /** Takes over what the API says of a pod that this kubelet did not know. */
  adopt({ metadata: { uid }, status }: Pod): void {
    for (const c of status.conditions ?? []) {
      if (c.type === 'PodResizePending' || c.type === 'PodResizeInProgress')
        this.#set(uid, c.type, c.reason ?? '', c.message ?? '', c.observedGeneration);
    }
  }

  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#pods.keys()) if (!uids.has(uid)) this.#pods.delete(uid);
  }

  #set(uid: string, type: ResizeType, reason: string, message: string, generation: number | undefined): void {
    const conditions = this.#pods.get(uid) ?? {};
    const before = conditions[type];
    const now = formatTime(this.#clock.now());
    conditions[type] = {
      type,
      status: 'True',
      lastProbeTime: now,
      lastTransitionTime: before && (before.reason ?? '') === reason ? (before.lastTransitionTime ?? now) : now,
      ...(reason && { reason }),
      ...(message && { message }),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
    this.#pods.set(uid, conditions);
  }
}

import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';

/** `spec.activeDeadlineSeconds`: ends pods that have been on the node for too long (pkg/kubelet/active_deadline.go). */
export class PodDeadlines {
  readonly #clock: Clock;
  readonly #sync: (podUid: string) => void;
  readonly #timers = new Map<string, { readonly at: number; readonly timer: Timer }>();

  /** `sync` is called when a pod's time is over. */
  constructor(clock: Clock, sync: (podUid: string) => void) {
    this.#clock = clock;
    this.#sync = sync;
  }

  /** Why the pod must end now; undefined while it may go on. */
  check(pod: Pod, status: PodStatus): { reason: string; message: string } | undefined {
    const { activeDeadlineSeconds } = pod.spec;
    if (activeDeadlineSeconds === undefined || !status.startTime) return undefined;
    const at = Date.parse(status.startTime) + activeDeadlineSeconds * 1000;
    if (this.#clock.now() >= at) return { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
    this.#wait(pod.metadata.uid, at);
    return undefined;
  }

  forget(podUid: string): void {
    this.#timers.get(podUid)?.timer.cancel();
    this.#timers.delete(podUid);
  }

  stop(): void {
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #wait(podUid: string, at: number): void {
    if (this.#timers.get(podUid)?.at === at) return;
    this.forget(podUid);
    const timer = this.#clock.schedule(at - this.#clock.now(), () => {
      this.#timers.delete(podUid);
      this.#sync(podUid);
    });
    this.#timers.set(podUid, { at, timer });
  }
}

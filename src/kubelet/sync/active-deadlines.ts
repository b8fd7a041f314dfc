/** Ends pods that run longer than activeDeadlineSeconds (pkg/kubelet/active_deadline.go). */
import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { isTerminalPhase } from '../status/merge-status.ts';

export interface ActiveDeadlinesOptions {
  readonly clock: Clock;
  /** The kubelet's own status of a pod. */
  status(uid: string): PodStatus | undefined;
  /** Asks for a sync of the pod. */
  sync(uid: string): void;
  event(pod: Pod, reason: string, message: string): void;
}

const REASON = 'DeadlineExceeded';
const MESSAGE = 'Pod was active on the node longer than the specified deadline';

export class ActiveDeadlines {
  readonly #options: ActiveDeadlinesOptions;
  readonly #timers = new Map<string, Timer>();

  constructor(options: ActiveDeadlinesOptions) {
    this.#options = options;
  }

  /** Why the pod must end now; otherwise a sync is asked for when its time is up. */
  check(pod: Pod): { reason: string; message: string } | undefined {
    const { clock, status, sync, event } = this.#options;
    const { uid } = pod.metadata;
    const current = status(uid) ?? pod.status;
    const started = current.startTime ?? pod.status.startTime;
    const seconds = pod.spec.activeDeadlineSeconds;
    this.forget(uid);
    if (current.reason === REASON) return { reason: REASON, message: MESSAGE };
    if (seconds === undefined || started === undefined || isTerminalPhase(current.phase)) return undefined;
    const left = Date.parse(started) + seconds * 1000 - clock.now();
    if (left <= 0) {
      event(pod, REASON, MESSAGE);
      return { reason: REASON, message: MESSAGE };
    }
    this.#timers.set(
      uid,
      clock.schedule(left, () => sync(uid)),
    );
    return undefined;
  }

  forget(uid: string): void {
    this.#timers.get(uid)?.cancel();
    this.#timers.delete(uid);
  }
}

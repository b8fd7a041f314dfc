/**
 * Pods that wait for a node (pkg/scheduler/backend/queue): active ones in order of priority and age, those backing off after a failure,
 * and those that nothing but a change in the cluster can help.
 */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { ClusterEvent } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';

const INITIAL_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 10_000;
/** Pods nobody asked for again are tried after this long all the same. */
const MAX_UNSCHEDULABLE_MS = 5 * 60_000;

export interface QueuedPod {
  pod: Pod;
  readonly addedAt: number;
  attempts: number;
  /** Plugins that turned the pod down at the last try. */
  unschedulablePlugins: ReadonlySet<string>;
  /** When the back-off ends. */
  backoffUntil: number;
  failedAt: number;
  state: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'in-flight';
}

export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #profile: Profile;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: QueuedPod[] = [];
  /** Events that happened while a pod was being scheduled: it may have missed them. */
  #missed = new Map<string, ClusterEvent[]>();
  #timer: Timer | undefined;
  #waiter: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, profile: Profile) {
    this.#clock = clock;
    this.#profile = profile;
  }

  get length(): number {
    return this.#pods.size;
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  add(pod: Pod): void {
    if (this.#pods.has(pod.metadata.uid)) return this.update(pod);
    const queued: QueuedPod = { pod, addedAt: this.#clock.now(), attempts: 0, unschedulablePlugins: new Set(), backoffUntil: 0, failedAt: 0, state: 'gated' };
    this.#pods.set(pod.metadata.uid, queued);
    this.#enqueue(queued);
  }

  /** A pod changed: what it asks for may now be there. */
  update(pod: Pod): void {
    const queued = this.#pods.get(pod.metadata.uid);
    if (!queued) return this.add(pod);
    const specChanged = JSON.stringify(queued.pod.spec) !== JSON.stringify(pod.spec) || JSON.stringify(queued.pod.metadata.labels) !== JSON.stringify(pod.metadata.labels);
    queued.pod = pod;
    if (queued.state === 'gated') this.#enqueue(queued);
    else if (queued.state === 'unschedulable' && specChanged) this.#retry(queued);
  }

  delete(uid: string): void {
    const queued = this.#pods.get(uid);
    if (!queued) return;
    this.#pods.delete(uid);
    this.#missed.delete(uid);
    this.#dropActive(queued);
  }

  /** The next pod; undefined once closed. Give it back with failed() or done(). */
  async pop(): Promise<QueuedPod | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const next = this.#active.shift() ?? this.#earlyFromBackoff();
      if (next) {
        next.state = 'in-flight';
        next.attempts++;
        this.#missed.set(next.pod.metadata.uid, []);
        return next;
      }
      await new Promise<void>((resolve) => (this.#waiter = resolve));
    }
  }

  /** Bound, or gone. */
  done(uid: string): void {
    this.#pods.delete(uid);
    this.#missed.delete(uid);
  }

  /** No node did: waits for an event that may change what these plugins said. An error waits only for its back-off. */
  failed(queued: QueuedPod, plugins: ReadonlySet<string>): void {
    const { uid } = queued.pod.metadata;
    if (this.#pods.get(uid) !== queued) return;
    const now = this.#clock.now();
    queued.unschedulablePlugins = plugins;
    queued.failedAt = now;
    queued.backoffUntil = now + Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** (queued.attempts - 1));
    const missed = this.#missed.get(uid) ?? [];
    this.#missed.delete(uid);
    queued.state = 'unschedulable';
    if (plugins.size === 0 || missed.some((event) => this.#mayHelp(event, queued))) this.#retry(queued);
    else this.#schedule();
  }

  /** Something changed: the pods it may help are tried again. */
  onEvent(event: ClusterEvent): void {
    for (const events of this.#missed.values()) events.push(event);
    for (const queued of this.#pods.values()) if (queued.state === 'unschedulable' && this.#mayHelp(event, queued)) this.#retry(queued);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#wake();
  }

  #mayHelp(event: ClusterEvent, queued: QueuedPod): boolean {
    for (const name of queued.unschedulablePlugins) {
      const plugin = this.#profile.plugin(name);
      if (!plugin?.mayHelp || plugin.mayHelp(event, queued.pod)) return true;
    }
    return false;
  }

  #enqueue(queued: QueuedPod): void {
    if (this.#profile.preEnqueue(queued.pod)) {
      queued.state = 'gated';
      return;
    }
    this.#activate(queued);
  }

  #retry(queued: QueuedPod): void {
    if (queued.backoffUntil <= this.#clock.now()) return this.#enqueue(queued);
    queued.state = 'backoff';
    this.#schedule();
    this.#wake();
  }

  #activate(queued: QueuedPod): void {
    queued.state = 'active';
    let low = 0;
    let high = this.#active.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(queued, this.#active[middle] as QueuedPod)) high = middle;
      else low = middle + 1;
    }
    this.#active.splice(low, 0, queued);
    this.#wake();
  }

  #dropActive(queued: QueuedPod): void {
    const at = this.#active.indexOf(queued);
    if (at >= 0) this.#active.splice(at, 1);
  }

  /** With nothing else to do, a pod need not wait out its back-off (KEP-5142), unless the last try ended in an error. */
  #earlyFromBackoff(): QueuedPod | undefined {
    let best: QueuedPod | undefined;
    for (const queued of this.#pods.values()) {
      if (queued.state !== 'backoff' || queued.unschedulablePlugins.size === 0) continue;
      if (!best || before(queued, best)) best = queued;
    }
    return best && !this.#profile.preEnqueue(best.pod) ? best : undefined;
  }

  /** One timer for the next back-off or long wait that ends. */
  #schedule(): void {
    let next = Infinity;
    for (const queued of this.#pods.values()) {
      if (queued.state === 'backoff') next = Math.min(next, queued.backoffUntil);
      else if (queued.state === 'unschedulable') next = Math.min(next, queued.failedAt + MAX_UNSCHEDULABLE_MS);
    }
    this.#timer?.cancel();
    if (next === Infinity || this.#closed) return;
    this.#timer = this.#clock.schedule(Math.max(0, next - this.#clock.now()), () => this.#flush());
  }

  #flush(): void {
    const now = this.#clock.now();
    for (const queued of this.#pods.values()) {
      const due = queued.state === 'backoff' ? queued.backoffUntil <= now : queued.state === 'unschedulable' && queued.failedAt + MAX_UNSCHEDULABLE_MS <= now;
      if (due) this.#enqueue(queued);
    }
    this.#schedule();
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.();
  }
}

/** Higher priority first, then who came first. */
function before(a: QueuedPod, b: QueuedPod): boolean {
  const [x, y] = [a.pod.spec.priority ?? 0, b.pod.spec.priority ?? 0];
  return x !== y ? x > y : a.addedAt < b.addedAt;
}

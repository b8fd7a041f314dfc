/**
 * Work queue with de-duplication, delays and per-item rate limits (k8s.io/client-go/util/workqueue), and the loop that drains it.
 * Invariants: an item is never processed by two workers at a time; an item added while processed runs once more afterwards.
 */
import { backoffDelay, type BackoffOptions } from '../base/backoff.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 5, maxMs: 1_000_000 };

export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #ready: string[] = [];
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { at: number; timer: Timer }>();
  readonly #waiters: ((item: string | undefined) => void)[] = [];
  #closed = false;

  constructor(clock: Clock, backoff: BackoffOptions = DEFAULT_BACKOFF) {
    this.#clock = clock;
    this.#backoff = backoff;
  }

  get length(): number {
    return this.#ready.length;
  }

  add(item: string): void {
    if (this.#closed || this.#dirty.has(item)) return;
    this.#dirty.add(item);
    if (!this.#processing.has(item)) this.#offer(item);
  }

  /** Adds after `ms`. Of several delays of one item the earliest wins. */
  addAfter(item: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) return this.add(item);
    const at = this.#clock.monotonic() + ms;
    const pending = this.#delayed.get(item);
    if (pending && pending.at <= at) return;
    pending?.timer.cancel();
    const timer = this.#clock.schedule(ms, () => {
      this.#delayed.delete(item);
      this.add(item);
    });
    this.#delayed.set(item, { at, timer });
  }

  /** Adds after the item's own exponential back-off. */
  addRateLimited(item: string): void {
    const failures = (this.#failures.get(item) ?? 0) + 1;
    this.#failures.set(item, failures);
    this.addAfter(item, backoffDelay(failures, this.#backoff));
  }

  forget(item: string): void {
    this.#failures.delete(item);
  }

  retries(item: string): number {
    return this.#failures.get(item) ?? 0;
  }

  /** The next item; undefined once closed. Each item got must be given back with done(). */
  get(): Promise<string | undefined> {
    const item = this.#ready.shift();
    if (item !== undefined) return Promise.resolve(this.#take(item));
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  done(item: string): void {
    this.#processing.delete(item);
    if (this.#dirty.has(item)) this.#offer(item);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    for (const waiter of this.#waiters.splice(0)) waiter(undefined);
  }

  #take(item: string): string {
    this.#dirty.delete(item);
    this.#processing.add(item);
    return item;
  }

  #offer(item: string): void {
    if (this.#closed) return;
    const waiter = this.#waiters.shift();
    if (waiter) waiter(this.#take(item));
    else this.#ready.push(item);
  }
}

export interface WorkerOptions {
  readonly queue: WorkQueue;
  /** How many items are worked on at a time. */
  readonly workers: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Level-based: bring the world to the state the key's object asks for. A rejection means: try again later. */
  reconcile(key: string): Promise<void>;
  /** Errors that are worth no line in the log (conflicts, terminating namespaces). */
  isExpected?(error: unknown): boolean;
}

/** Runs workers until the signal aborts; then closes the queue and resolves when the last reconcile has ended. */
export async function runWorkers(options: WorkerOptions): Promise<void> {
  const { queue, log, signal } = options;
  const close = () => queue.close();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  const work = async () => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      try {
        await options.reconcile(key);
        queue.forget(key);
      } catch (error) {
        if (signal.aborted) break;
        if (!options.isExpected?.(error)) log.error('reconcile failed, will retry', error, { key, retries: queue.retries(key) });
        queue.addRateLimited(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
}

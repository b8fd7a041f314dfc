import type { Clock } from '../../base/clock.ts';

interface Entry {
  backoffMs: number;
  updatedAt: number;
}

/** Exponential back-off per key (k8s.io/client-go/util/flowcontrol.Backoff). An entry is forgotten after twice the longest delay. */
export class ItemBackoff {
  readonly #clock: Clock;
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, initialMs: number, maxMs: number) {
    this.#clock = clock;
    this.#initialMs = initialMs;
    this.#maxMs = maxMs;
  }

  /** Current delay of the key, milliseconds. */
  get(key: string): number {
    return this.#entries.get(key)?.backoffMs ?? 0;
  }

  /** The next, longer delay, after something that happened at `eventTime`. */
  next(key: string, eventTime: number): void {
    const known = this.#entries.get(key);
    const backoffMs = !known || this.#expired(known, eventTime) ? this.#initialMs : Math.min(this.#maxMs, known.backoffMs * 2);
    this.#entries.set(key, { backoffMs, updatedAt: this.#clock.now() });
  }

  /** Whether less than the delay has passed since `eventTime`. */
  isInBackoffSince(key: string, eventTime: number): boolean {
    const known = this.#entries.get(key);
    if (!known || this.#expired(known, eventTime)) return false;
    return this.#clock.now() - eventTime < known.backoffMs;
  }

  /** Whether at `eventTime` less than the delay has passed since the last next(). */
  isInBackoffSinceUpdate(key: string, eventTime: number): boolean {
    const known = this.#entries.get(key);
    if (!known || this.#expired(known, eventTime)) return false;
    return eventTime - known.updatedAt < known.backoffMs;
  }

  /** When the delay of the key ends, counted from its last next(). */
  readyAt(key: string): number {
    const known = this.#entries.get(key);
    return known ? known.updatedAt + known.backoffMs : 0;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Drops expired entries. */
  collect(): void {
    const now = this.#clock.now();
    for (const [key, entry] of this.#entries) if (this.#expired(entry, now)) this.#entries.delete(key);
  }

  #expired(entry: Entry, eventTime: number): boolean {
    return eventTime - entry.updatedAt > this.#maxMs * 2;
  }
}

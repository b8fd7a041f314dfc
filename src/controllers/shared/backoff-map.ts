import type { Clock } from '../../base/clock.ts';

/** A growing delay for each key, forgotten after twice the longest delay without failure (k8s.io/client-go/util/flowcontrol, Backoff). */
export class BackoffMap {
  readonly #clock: Clock;
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #entries = new Map<string, { delay: number; since: number }>();

  constructor(clock: Clock, baseMs: number, maxMs: number) {
    this.#clock = clock;
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
  }

  /** Milliseconds the key must still wait; 0 when it need not. */
  remaining(key: string): number {
    const entry = this.#entries.get(key);
    return entry ? Math.max(0, entry.since + entry.delay - this.#clock.monotonic()) : 0;
  }

  /** Notes one more failure: the key waits twice as long as the last time. */
  next(key: string): void {
    const now = this.#clock.monotonic();
    const entry = this.#entries.get(key);
    const expired = !entry || now - entry.since > 2 * this.#maxMs;
    this.#entries.set(key, { delay: expired ? this.#baseMs : Math.min(this.#maxMs, entry.delay * 2), since: now });
    for (const [other, { since }] of this.#entries) if (now - since > 2 * this.#maxMs) this.#entries.delete(other);
  }
}

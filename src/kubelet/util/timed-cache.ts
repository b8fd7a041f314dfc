import type { Clock } from '../../base/clock.ts';

/** Answers that hold for a while. Of many the oldest are dropped; an answer that fails is not kept. */
export class TimedCache<T> {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly value: Promise<T>; until: number }>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** `ttlMs` may depend on the answer. */
  async get(key: string, ttlMs: number | ((value: T) => number), make: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.value;
    const entry = { value: make(), until: Infinity };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#entries.keys().next().value ?? '');
    try {
      const value = await entry.value;
      entry.until = this.#clock.monotonic() + (typeof ttlMs === 'number' ? ttlMs : ttlMs(value));
      return value;
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }
}

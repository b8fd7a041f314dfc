import type { Clock } from '../../base/clock.ts';

/** A token bucket of one: at most `perSecond` a second, never two at once. Zero lets nothing through. */
export class RateLimiter {
  readonly #clock: Clock;
  #perSecond: number;
  #nextAt = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#nextAt = clock.monotonic();
  }

  tryAccept(): boolean {
    const now = this.#clock.monotonic();
    if (this.#perSecond <= 0 || now < this.#nextAt) return false;
    this.#nextAt = now + 1000 / this.#perSecond;
    return true;
  }

  /** A bucket that was empty stays empty. */
  setRate(perSecond: number): void {
    if (perSecond === this.#perSecond) return;
    const now = this.#clock.monotonic();
    const wasEmpty = this.#perSecond <= 0 || now < this.#nextAt;
    this.#perSecond = perSecond;
    this.#nextAt = wasEmpty && perSecond > 0 ? now + 1000 / perSecond : now;
  }
}

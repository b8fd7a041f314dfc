import type { Clock } from '../../../base/clock.ts';

export interface DemandSummary {
  readonly seconds: number;
  readonly average: number;
  readonly deviation: number;
  readonly max: number;
}

/** Mean, spread and peak over time of how many seats are wanted (fairqueuing.Integrator). */
export class SeatDemand {
  readonly #clock: Clock;
  #atMs: number;
  #value = 0;
  #max = 0;
  #seconds = 0;
  #sum = 0;
  #squares = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.monotonic();
  }

  set(value: number): void {
    this.#advance();
    this.#value = value;
    if (value > this.#max) this.#max = value;
  }

  /** Since the last reset. */
  reset(): DemandSummary {
    this.#advance();
    const average = this.#seconds > 0 ? this.#sum / this.#seconds : 0;
    const variance = this.#seconds > 0 ? this.#squares / this.#seconds - average * average : 0;
    const summary = { seconds: this.#seconds, average, deviation: Math.sqrt(Math.max(0, variance)), max: this.#max };
    this.#seconds = this.#sum = this.#squares = 0;
    this.#max = this.#value;
    return summary;
  }

  #advance(): void {
    const nowMs = this.#clock.monotonic();
    const seconds = (nowMs - this.#atMs) / 1000;
    this.#atMs = nowMs;
    this.#seconds += seconds;
    this.#sum += this.#value * seconds;
    this.#squares += this.#value * this.#value * seconds;
  }
}

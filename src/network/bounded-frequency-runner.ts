import type { Clock, Timer } from '../base/clock.ts';

export interface BoundedFrequencyOptions {
  /** Least time between the end of one run and the start of the next. */
  readonly minIntervalMs: number;
  /** A failed run is tried again after this long. */
  readonly retryIntervalMs: number;
  /** Runs at least this often, asked or not. */
  readonly maxIntervalMs: number;
  /** The work. A rejection counts as failed; reporting it is the work's own business. */
  run(): Promise<void>;
}

/** Runs a function soon after being asked, never too often and never too seldom, one run at a time (pkg/proxy/runner). */
export class BoundedFrequencyRunner {
  readonly #clock: Clock;
  readonly #options: BoundedFrequencyOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #requested = false;
  #notBefore = -Infinity;
  #stopped = false;

  constructor(clock: Clock, options: BoundedFrequencyOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Asks for a run as soon as allowed. Requests made while one is pending are one request. */
  request(): void {
    if (this.#stopped) return;
    this.#requested = true;
    if (!this.#running) this.#arm(Math.max(0, this.#notBefore - this.#clock.monotonic()));
  }

  /** Ends; resolves when a run under way is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(ms, () => {
      this.#running = this.#once();
    });
  }

  async #once(): Promise<void> {
    this.#requested = false;
    let next = this.#options.maxIntervalMs;
    try {
      await this.#options.run();
    } catch {
      // Reported by run(); here it only decides when to try again.
      next = Math.min(next, this.#options.retryIntervalMs);
    }
    this.#running = undefined;
    if (this.#stopped) return;
    this.#notBefore = this.#clock.monotonic() + this.#options.minIntervalMs;
    this.#arm(this.#requested ? this.#options.minIntervalMs : next);
  }
}

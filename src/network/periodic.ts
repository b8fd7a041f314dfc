import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { BoundedFrequencyRunner } from './bounded-frequency-runner.ts';

export interface PeriodicOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Said when a run fails; it is tried again after `retryMs`. */
  readonly failure: string;
  readonly minIntervalMs: number;
  readonly retryMs: number;
  /** Runs at least this often. */
  readonly periodMs: number;
  reconcile(): Promise<void>;
}

/** A level-based loop: request() after each change, and a run now and then for what changed without an event. Failures are logged and retried. */
export function startPeriodic(options: PeriodicOptions): BoundedFrequencyRunner {
  const runner = new BoundedFrequencyRunner(options.clock, {
    minIntervalMs: options.minIntervalMs,
    retryIntervalMs: options.retryMs,
    maxIntervalMs: options.periodMs,
    run: async () => {
      try {
        await options.reconcile();
      } catch (error) {
        options.log.error(options.failure, error, { retryMs: options.retryMs });
        throw error;
      }
    },
  });
  return runner;
}

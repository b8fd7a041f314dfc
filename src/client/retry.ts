import { backoffDelay, type BackoffOptions } from '../base/backoff.ts';
import type { Clock, Random } from '../base/clock.ts';
import { isConflict } from '../machinery/status-error.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random?: Random | undefined;
  /** How many tries in all; 5 when left out. */
  readonly steps?: number;
  /** Pause between tries; 10 ms with a tenth of jitter when left out (client-go's DefaultRetry). */
  readonly backoff?: BackoffOptions;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT: BackoffOptions = { baseMs: 10, maxMs: 10, factor: 1, jitter: 0.1 };

/** Calls `fn` (which must read the object anew) until it succeeds; rejects with its error once `retriable` says no or the tries are used up. */
export async function retryOn<T>(retriable: (error: unknown) => boolean, options: RetryOptions, fn: () => Promise<T>): Promise<T> {
  const steps = options.steps ?? 5;
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (attempt >= steps || !retriable(error)) throw error;
      await options.clock.sleep(backoffDelay(attempt, options.backoff ?? DEFAULT, options.random), options.signal);
    }
  }
}

/** For read-modify-write: tries again while the server answers 409 Conflict (k8s.io/client-go/util/retry, RetryOnConflict). */
export function retryOnConflict<T>(options: RetryOptions, fn: () => Promise<T>): Promise<T> {
  return retryOn(isConflict, options, fn);
}

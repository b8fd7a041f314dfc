import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { PodCache } from './pod-cache.ts';

export interface RelistLoopOptions {
  readonly cache: PodCache;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds between listings; asked each time. */
  period(): number;
  /** A listing took so many milliseconds. */
  onRelist(ms: number): void;
}

/** Lists the runtime's pods again and again until the signal aborts. Failures are told once until it works again. */
export async function runRelistLoop({ cache, clock, log, signal, period, onRelist }: RelistLoopOptions): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    await clock.sleep(period(), signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    if (signal.aborted) return;
    try {
      const started = clock.monotonic();
      await cache.relist();
      onRelist(clock.monotonic() - started);
      failing = false;
    } catch (error) {
      if (!failing) log.error('cannot list pods from the runtime', error);
      failing = true;
    }
  }
}

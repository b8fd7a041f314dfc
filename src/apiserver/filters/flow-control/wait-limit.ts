import type { Clock } from '../../../base/clock.ts';
import type { Entry } from './queue-types.ts';

/** Calls back once, when the time to wait is up or the client goes away; returns how to forget it. */
export function waitLimit(clock: Clock, { waitMs, signal }: Entry, expired: () => void): () => void {
  const stop = () => {
    timer.cancel();
    signal.removeEventListener('abort', end);
  };
  const end = () => {
    stop();
    expired();
  };
  const timer = clock.schedule(waitMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) queueMicrotask(end);
  return stop;
}

import type { Clock, Timer } from '../../base/clock.ts';
import { sleepOn } from '../../base/fake-clock.ts';
import { systemClock } from '../../host/clock.ts';

export interface CountingClock extends Clock {
  /** Timers that have neither fired nor been cancelled. */
  readonly pending: number;
}

/** The machine's clock, counting. */
export function countingClock(): CountingClock {
  const open = new Set<object>();
  const clock: CountingClock = {
    ...systemClock,
    get pending() {
      return open.size;
    },
    schedule(ms: number, fn: () => void): Timer {
      const token = {};
      open.add(token);
      const timer = systemClock.schedule(ms, () => {
        open.delete(token);
        fn();
      });
      return {
        cancel() {
          open.delete(token);
          timer.cancel();
        },
      };
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  };
  return clock;
}

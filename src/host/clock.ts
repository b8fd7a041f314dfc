import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Random, Timer } from '../base/clock.ts';
import { sleepOn } from '../base/fake-clock.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
  schedule(ms: number, fn: () => void): Timer {
    const handle = setTimeout(fn, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
};

/** The machine's cryptographic randomness. */
export const systemRandom: Random = {
  float: () => randomBytes(4).readUInt32LE(0) / 4294967296,
  uuid: () => randomUUID(),
  bytes: (count) => randomBytes(count),
};

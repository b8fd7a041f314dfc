import type { Random } from './clock.ts';

export interface BackoffOptions {
  /** First delay, milliseconds. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Multiplier per failure; 2 when left out. */
  readonly factor?: number;
  /** Up to this share is added at random; 0 when left out. */
  readonly jitter?: number;
}

/** Delay before try number `failures` + 1 (failures >= 1), in milliseconds. */
export function backoffDelay(failures: number, options: BackoffOptions, random?: Random): number {
  const factor = options.factor ?? 2;
  const delay = Math.min(options.maxMs, options.baseMs * factor ** Math.max(0, failures - 1));
  return delay * (1 + (options.jitter ?? 0) * (random?.float() ?? 0));
}

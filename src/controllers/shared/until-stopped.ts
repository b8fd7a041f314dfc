import { errorMessage } from '../../base/log.ts';
import type { ControllerContext } from '../controller.ts';

/** Resolves when the signal aborts. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Calls `fn` now and `periodMs` after each of its ends, until stopped. A failure is logged and the next period tries again. */
export async function everyPeriod(
  ctx: Pick<ControllerContext, 'clock' | 'signal' | 'log'>,
  periodMs: number,
  fn: () => Promise<void>,
): Promise<void> {
  while (!ctx.signal.aborted) {
    try {
      await fn();
    } catch (error) {
      if (ctx.signal.aborted) return;
      ctx.log.error('periodic work failed, will try again', error);
    }
    if (!(await sleepOrStop(ctx, periodMs))) return;
  }
}

/** Sleeps; false when stopped meanwhile. */
export async function sleepOrStop(ctx: Pick<ControllerContext, 'clock' | 'signal' | 'log'>, ms: number): Promise<boolean> {
  try {
    await ctx.clock.sleep(ms, ctx.signal);
    return true;
  } catch (error) {
    if (!ctx.signal.aborted) ctx.log.warn('sleep ended early', { err: errorMessage(error) });
    return !ctx.signal.aborted;
  }
}

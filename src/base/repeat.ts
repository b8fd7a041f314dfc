import type { Clock } from './clock.ts';

export interface Repetition {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  act(): Promise<void>;
  /** Told of each failure; the next turn comes all the same. */
  onError(error: unknown): void;
}

/** Acts each `everyMs`, for the first time after that long, until the signal aborts: then resolves and leaves no timer. Never rejects. */
export async function repeat({ clock, everyMs, signal, act, onError }: Repetition): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, signal).catch(() => {}); // Stopped: seen right below.
    if (signal.aborted) return;
    try {
      await act();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }
}

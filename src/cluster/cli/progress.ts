import type { Clock } from '../../base/clock.ts';

export interface Progress {
  /** Runs a step and says what was done and how long it took; `describe` adds what came of it. A failing step is named, then thrown on. */
  step<T>(title: string, work: () => Promise<T> | T, describe?: (result: T) => string): Promise<T>;
  note(text: string): void;
}

/** A step that takes longer than this is announced before it ends. */
const PATIENCE_MS = 2_000;

/** Progress as lines of text, each with the step's time and the time since the start. */
export function lineProgress(clock: Clock, write: (text: string) => void): Progress {
  const begin = clock.monotonic();
  const seconds = (since: number) => `${((clock.monotonic() - since) / 1000).toFixed(1)} s`;
  return {
    async step(title, work, describe) {
      const start = clock.monotonic();
      const announcement = clock.schedule(PATIENCE_MS, () => write(`  … ${title}\n`));
      try {
        const result = await work();
        const details = describe?.(result) ?? '';
        write(`  ✓ ${title}${details && `: ${details}`} (${seconds(start)}, at ${seconds(begin)})\n`);
        return result;
      } catch (error) {
        write(`  ✗ ${title} (${seconds(start)})\n`);
        throw error;
      } finally {
        announcement.cancel();
      }
    },
    note: (text) => write(`  ${text}\n`),
  };
}

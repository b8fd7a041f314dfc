import type { Clock } from '../../../base/clock.ts';

const MAX_SECONDS = 32;

interface Level {
  readonly history: { readonly second: number; readonly count: number }[];
  second: number;
  count: number;
  retryAfter: number;
  raisedAt: number;
}

/** How long refused clients are told to stay away: longer while many are refused, shorter again after (dropped_requests_tracker.go). */
export class RetryAfter {
  readonly #clock: Clock;
  readonly #levels = new Map<string, Level>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a refusal by a priority level; gives the seconds to tell. */
  refused(name: string): number {
    const second = Math.floor(this.#clock.now() / 1000);
    let level = this.#levels.get(name);
    if (!level) this.#levels.set(name, (level = { history: [], second: 0, count: 0, retryAfter: 1, raisedAt: 0 }));
    if (level.second === second) level.count++;
    else nextSecond(level, second);
    return level.retryAfter;
  }
}

function nextSecond(level: Level, second: number): void {
  if (level.count > 0) level.history.push({ second: level.second, count: level.count });
  while (level.history.length > 0 && (level.history[0]?.second ?? 0) < level.second - MAX_SECONDS) level.history.shift();
  level.second = second;
  level.count = 1;
  const { retryAfter } = level;
  const recent = level.history.filter((entry) => second - entry.second <= retryAfter).reduce((sum, entry) => sum + entry.count, 0);
  // As TCP does it: twice as long, and back in small steps.
  if (second - level.raisedAt >= retryAfter && recent >= 3 * retryAfter) {
    level.retryAfter = Math.min(retryAfter * 2, MAX_SECONDS);
    level.raisedAt = second;
  } else if (recent < retryAfter && retryAfter > 1) level.retryAfter--;
}

import type { Clock, Timer } from '../base/clock.ts';
import type { CacheWatcher } from './cache-watcher.ts';

export interface BookmarkTimerOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly watchers: () => Iterable<CacheWatcher>;
  /** Called when some are due, before send. */
  readonly onDue: () => void;
  readonly send: (watcher: CacheWatcher) => void;
}

/** Just before the server ends a watch its client is given the newest revision. */
const BEFORE_DEADLINE_MS = 2000;
const RESOLUTION_MS = 1000;

/** When the watchers of a cache get their bookmarks: regularly, and once before their deadline. One timer for all, at most once a second. */
export class BookmarkTimer {
  readonly #options: BookmarkTimerOptions;
  #pending: { readonly at: number; readonly timer: Timer } | undefined;
  #stopped = false;

  constructor(options: BookmarkTimerOptions) {
    this.#options = options;
  }

  /** `deadlineMs`: milliseconds until the server ends the watch. */
  add(watcher: CacheWatcher, deadlineMs: number | undefined): void {
    const now = this.#options.clock.monotonic();
    const last = deadlineMs === undefined ? undefined : deadlineMs - BEFORE_DEADLINE_MS;
    watcher.lastBookmark = last === undefined ? undefined : now + last;
    watcher.nextBookmark =
      now + (last === undefined || last > this.#options.everyMs ? this.#options.everyMs : Math.max(last, RESOLUTION_MS));
    this.#schedule(watcher.nextBookmark);
  }

  stop(): void {
    this.#stopped = true;
    this.#pending?.timer.cancel();
  }

  #schedule(next: number): void {
    if (this.#stopped || next === Infinity || (this.#pending && this.#pending.at <= next)) return;
    this.#pending?.timer.cancel();
    const { clock } = this.#options;
    this.#pending = { at: next, timer: clock.schedule(Math.max(RESOLUTION_MS, next - clock.monotonic()), () => this.#fire()) };
  }

  #fire(): void {
    this.#pending = undefined;
    this.#options.onDue();
    const now = this.#options.clock.monotonic();
    let next = Infinity;
    for (const watcher of this.#options.watchers()) {
      const due = watcher.nextBookmark;
      if (due === undefined) continue;
      if (due <= now) {
        watcher.nextBookmark = this.#after(now, watcher.lastBookmark);
        this.#options.send(watcher);
      }
      next = Math.min(next, watcher.nextBookmark ?? Infinity);
    }
    this.#schedule(next);
  }

  #after(now: number, last: number | undefined): number | undefined {
    const regular = now + this.#options.everyMs;
    if (last === undefined || regular <= last) return regular;
    return last > now ? last : undefined;
  }
}

/** Time that moves only when a test says so, and knowing when everything that is going on in this process has come to rest. */
import { FakeClock } from '../../base/fake-clock.ts';
import type { Timer } from '../../base/clock.ts';
import type { Transport } from '../../client/transport.ts';

/** Turns of the event loop without any sign of life that count as rest. */
const QUIET_TURNS = 6;

/** A clock that counts how often it is used: whoever works looks at it. */
class WatchedClock extends FakeClock {
  uses = 0;

  override now(): number {
    this.uses++;
    return super.now();
  }

  override monotonic(): number {
    this.uses++;
    return super.monotonic();
  }

  override schedule(ms: number, fn: () => void): Timer {
    this.uses++;
    return super.schedule(ms, fn);
  }
}

export class VirtualTime {
  readonly clock: FakeClock;
  readonly #clock: WatchedClock;
  #requests = 0;

  constructor(startMs?: number) {
    this.#clock = new WatchedClock(startMs);
    this.clock = this.#clock;
  }

  /** A transport whose unanswered requests count as work. */
  watched(transport: Transport): Transport {
    const count = async <T>(work: Promise<T>): Promise<T> => {
      this.#requests++;
      this.#clock.uses++;
      try {
        return await work;
      } finally {
        this.#requests--;
      }
    };
    return {
      request: (request) => count(transport.request(request)),
      stream: (request) => count(transport.stream(request)),
      watch: (request) => transport.watch(request),
      close: () => transport.close(),
    };
  }

  /** Resolves when nothing happens any more unless time passes. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = this.#clock.uses;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#requests === 0 && this.#clock.uses === before ? quiet + 1 : 0;
    }
  }

  /** Lets `ms` pass: every timer that falls due fires at its time, and what it sets off comes to rest before the next. */
  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.clock.advance(ms, () => this.settle());
    await this.settle();
  }

  /** Lets time pass from timer to timer until `done` says so, at most `limitMs`. False when the time is over first. */
  async advanceUntil(done: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
    const end = this.#clock.now() + limitMs;
    await this.settle();
    while (!(await done())) {
      const { nextAt } = this.clock;
      if (nextAt === undefined || nextAt > end) return false;
      await this.advance(Math.max(0, nextAt - this.#clock.now()));
    }
    return true;
  }
}

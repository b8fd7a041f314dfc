import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { initContainers, isRestartableInit } from '../pod/containers.ts';

interface Gate {
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** Sidecars stop after the regular containers, the last started first (KEP-753). */
export class TerminationOrder {
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();
  readonly #before = new Map<string, Promise<void>[]>();

  constructor(pod: Pod, running: ReadonlySet<string>, clock: Clock) {
    this.#clock = clock;
    const gate = (name: string): Gate => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const made = { ended: promise, end: resolve };
      this.#gates.set(name, made);
      if (!running.has(name)) resolve();
      return made;
    };
    const regular = pod.spec.containers.map((c) => gate(c.name).ended);
    let previous: Promise<void> | undefined;
    for (const container of [...initContainers(pod)].reverse()) {
      const { ended } = gate(container.name);
      if (!isRestartableInit(container)) continue;
      this.#before.set(container.name, previous ? [...regular, previous] : regular);
      previous = ended;
    }
  }

  /** Waits for those that go first, at most `graceSeconds`. Resolves with the seconds it took. */
  async waitForTurn(name: string, graceSeconds: number): Promise<number> {
    const before = this.#before.get(name);
    if (graceSeconds <= 0 || !before || before.length === 0) return 0;
    const start = this.#clock.monotonic();
    const limit = new AbortController();
    await Promise.race([Promise.all(before), this.#clock.sleep(graceSeconds * 1000, limit.signal).catch(() => undefined)]);
    limit.abort();
    return (this.#clock.monotonic() - start) / 1000;
  }

  ended(name: string): void {
    this.#gates.get(name)?.end();
  }
}

import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Lister } from '../../client/informer.ts';

/** Longer than any watch lags; afterwards the cache is believed whatever it shows. */
const PATIENCE_MS = 10_000;

interface Written {
  readonly version: bigint;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** It was deleted: not to find it is what is awaited. */
  readonly going: boolean;
}

/** The pods written last for each owner, to tell whether the cache has caught up (pkg/controller/util/consistency). */
export class WrittenPods {
  readonly #clock: Clock;
  readonly #byOwner = new Map<string, Map<string, Written>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wrote(owner: string, pod: Pod): void {
    const pods = this.#byOwner.get(owner) ?? new Map<string, Written>();
    this.#byOwner.set(owner, pods);
    const going = !!pod.metadata.deletionTimestamp;
    pods.set(keyOf(pod), { version: BigInt(pod.metadata.resourceVersion), at: this.#clock.monotonic(), going });
  }

  /** A deletion arrived: the cache is newer than what was written. */
  gone(owner: string, pod: Pod): void {
    this.#byOwner.get(owner)?.delete(keyOf(pod));
  }

  /** Whether the cache shows everything that was written for the owner. */
  caughtUp(owner: string, cache: Lister<Pod>): boolean {
    const pods = this.#byOwner.get(owner);
    if (!pods) return true;
    for (const [key, { version, at, going }] of pods) {
      const cached = cache.get(key);
      const seen = cached ? BigInt(cached.metadata.resourceVersion) >= version : going;
      if (seen || this.#clock.monotonic() - at > PATIENCE_MS) pods.delete(key);
    }
    return pods.size === 0;
  }

  forget(owner: string): void {
    this.#byOwner.delete(owner);
  }
}

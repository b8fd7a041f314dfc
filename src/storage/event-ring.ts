import type { CacheChange } from './cache-event.ts';
import type { CachedObject } from './cached-object.ts';
import type { SortedMap } from './sorted-map.ts';

export interface EventRingOptions {
  /** Bounds of the capacity, in changes; 100 and 102400 when left out. */
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  /** While room can be made, a change is kept at least so long; 75 s when left out. */
  readonly freshMs?: number;
}

/** How many of the newest changes keep their encoded frames. */
const HOT = 128;

/**
 * The last changes of a cache, in order. Its capacity doubles while it is full of fresh changes and halves while most of it is stale
 * (k8s.io/apiserver/pkg/storage/cacher, watch_cache.go). Invariant: every change with a revision above `startRevision` is in it.
 */
export class EventRing {
  readonly #min: number;
  readonly #max: number;
  readonly #freshMs: number;
  #slots: (CacheChange | undefined)[];
  #start = 0;
  #length = 0;
  startRevision: number;
  /** The state at startRevision. */
  startSnapshot: SortedMap<CachedObject>;
  /** Bytes of all changes that ever passed. */
  passedBytes = 0;

  constructor(startRevision: number, startSnapshot: SortedMap<CachedObject>, options: EventRingOptions = {}) {
    this.#min = options.minCapacity ?? 100;
    this.#max = options.maxCapacity ?? 102_400;
    this.#freshMs = options.freshMs ?? 75_000;
    this.#slots = Array.from({ length: this.#min });
    this.startRevision = startRevision;
    this.startSnapshot = startSnapshot;
  }

  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#slots.length;
  }

  /** The i-th oldest. */
  at(index: number): CacheChange | undefined {
    return index < 0 || index >= this.#length ? undefined : this.#slots[(this.#start + index) % this.#slots.length];
  }

  push(change: CacheChange): void {
    this.#resize(change.at);
    if (this.#length === this.#slots.length) this.#evict();
    this.#slots[(this.#start + this.#length) % this.#slots.length] = change;
    this.#length++;
    this.passedBytes += change.size;
    this.at(this.#length - 1 - HOT)?.dropFrames();
  }

  /** Index of the oldest change with a revision above `revision`; `length` when there is none. */
  indexAfter(revision: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.at(middle) as CacheChange).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The state at a revision; undefined when that is before startRevision. */
  snapshotAt(revision: number): SortedMap<CachedObject> | undefined {
    if (revision < this.startRevision) return undefined;
    return this.at(this.indexAfter(revision) - 1)?.snapshot ?? this.startSnapshot;
  }

  #resize(now: number): void {
    const capacity = this.#slots.length;
    if (this.#length < capacity) return;
    if (now - (this.at(0)?.at ?? 0) < this.#freshMs) this.#setCapacity(Math.min(capacity * 2, this.#max));
    else if (now - (this.at(capacity - Math.floor(capacity / 4))?.at ?? 0) > this.#freshMs)
      this.#setCapacity(Math.max(capacity >>> 1, this.#min));
  }

  #setCapacity(capacity: number): void {
    if (capacity === this.#slots.length) return;
    while (this.#length > capacity) this.#evict();
    const kept = Array.from({ length: this.#length }, (_, i) => this.at(i));
    this.#slots = Array.from({ length: capacity }, (_, i) => kept[i]);
    this.#start = 0;
  }

  #evict(): void {
    const oldest = this.at(0) as CacheChange;
    this.startRevision = oldest.revision;
    this.startSnapshot = oldest.snapshot;
    this.#slots[this.#start] = undefined;
    this.#start = (this.#start + 1) % this.#slots.length;
    this.#length--;
  }
}

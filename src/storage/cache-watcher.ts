import { CacheEvent, type CacheChange } from './cache-event.ts';
import type { CachedObject } from './cached-object.ts';
import type { EventRing } from './event-ring.ts';
import { prefixEnd, type SortedMap } from './sorted-map.ts';

/** Where a watch's events go. */
export interface CacheWatchSink {
  /** Takes one event. False: the buffer is full; nothing more comes until the watch's resume() is called. */
  send(event: CacheEvent): boolean;
  /** Nothing more comes. Without an error: watch again from the last revision. With one: say it to the client. Not called after stop(). */
  end(error?: Error): void;
}

/** The reader was so slow that what it has not read yet is more than its budget, or is forgotten. */
export class SlowWatcherError extends Error {
  constructor() {
    super('the watcher does not read its events fast enough');
  }
}

export interface CacheWatcherOptions {
  /** Only keys under this prefix; or one key. */
  readonly prefix: string;
  readonly key: string | undefined;
  readonly afterRevision: number;
  readonly filter: ((object: CachedObject) => boolean) | undefined;
  readonly sink: CacheWatchSink;
  /** State to send first, as ADDED. */
  readonly initial:
    { readonly snapshot: SortedMap<CachedObject>; readonly revision: number; readonly end: CacheEvent | undefined } | undefined;
  readonly ring: EventRing;
  readonly budgetBytes: number;
  /** Called once, when the watcher ends for whatever reason. */
  onClosed(watcher: CacheWatcher): void;
}

/** So many events are sent to one reader that catches up before others get their turn. */
const CHUNK = 256;

/**
 * One watch on a cache. It holds no buffer of its own: while its reader is slow it is only a position in the initial snapshot or in the
 * ring, so a thousand stuck readers cost nothing. States: initial -> behind (reads the ring) <-> live (gets changes as they happen).
 */
export class CacheWatcher {
  readonly options: CacheWatcherOptions;
  /** When the next bookmark is due, monotonic milliseconds; undefined: none wanted. */
  nextBookmark: number | undefined;
  /** When the last one is due: just before the server ends the watch. */
  lastBookmark: number | undefined;
  #initialFrom: string | undefined;
  /** Changes up to here were sent or passed over. */
  #revision: number;
  #live = false;
  #paused = false;
  #closed = false;
  #scheduled = false;
  /** The ring's passedBytes when this watcher was last live. */
  #bytesMark: number;

  constructor(options: CacheWatcherOptions) {
    this.options = options;
    this.#initialFrom = options.initial && (options.key ?? options.prefix);
    this.#revision = options.initial ? options.initial.revision : options.afterRevision;
    this.#bytesMark = options.ring.passedBytes;
  }

  get live(): boolean {
    return this.#live;
  }

  start(): void {
    queueMicrotask(() => this.#pump());
  }

  /** The reader has room again. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#pump();
  }

  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#live = false;
    this.options.onClosed(this);
  }

  end(error?: Error): void {
    if (this.#closed) return;
    this.stop();
    this.options.sink.end(error);
  }

  /** A change that has just happened; only for live watchers. */
  offer(change: CacheChange): void {
    this.#forward(change);
    if (this.#paused) this.#fallBehind();
  }

  sendBookmark(event: CacheEvent): void {
    if (!this.#live || event.revision < this.#revision) return;
    this.#revision = event.revision;
    this.#send(event);
    if (this.#paused) this.#fallBehind();
  }

  /** Ends a reader that is too far behind. */
  checkBudget(): void {
    if (this.#live || this.#closed) return;
    const { ring, budgetBytes } = this.options;
    if (ring.passedBytes - this.#bytesMark > budgetBytes || this.#revision < ring.startRevision) this.end(new SlowWatcherError());
  }

  #fallBehind(): void {
    this.#live = false;
    this.#bytesMark = this.options.ring.passedBytes;
  }

  #send(event: CacheEvent): void {
    if (!this.options.sink.send(event)) this.#paused = true;
  }

  #forward(change: CacheChange): void {
    const { key, prefix, filter } = this.options;
    if (change.revision <= this.#revision) return;
    this.#revision = change.revision;
    if (key !== undefined ? change.key !== key : !change.key.startsWith(prefix)) return;
    const event = change.seenThrough(filter);
    if (event) this.#send(event);
  }

  /** Sends until the reader is full, the turn is used up, or the watcher is live. */
  #pump(): void {
    if (this.#closed || this.#live || this.#scheduled) return;
    let budget = CHUNK;
    if (this.#initialFrom !== undefined) budget = this.#pumpInitial(budget);
    if (this.#initialFrom === undefined && !this.#paused && budget > 0) this.#pumpRing(budget);
    if (this.#closed || this.#live || this.#paused) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#paused) this.#pump();
    });
  }

  #pumpInitial(budget: number): number {
    const { initial, key, prefix, filter } = this.options;
    if (!initial) return budget;
    const until = key !== undefined ? `${key}\0` : prefixEnd(prefix);
    const done = initial.snapshot.scan(this.#initialFrom as string, until, (object, at) => {
      this.#initialFrom = `${at}\0`;
      budget--;
      if (!filter || filter(object)) this.#send(new CacheEvent('ADDED', object));
      return !this.#paused && !this.#closed && budget > 0;
    });
    if (!done || this.#closed) return 0;
    this.#initialFrom = undefined;
    if (initial.end) this.#send(initial.end);
    return budget;
  }

  #pumpRing(budget: number): void {
    const { ring } = this.options;
    if (this.#revision < ring.startRevision) return this.end(new SlowWatcherError());
    let index = ring.indexAfter(this.#revision);
    for (; index < ring.length && budget > 0 && !this.#paused && !this.#closed; index++, budget--)
      this.#forward(ring.at(index) as CacheChange);
    if (index < ring.length || this.#closed || this.#paused) return;
    this.#live = true;
  }
}

import type { Clock } from '../base/clock.ts';
import { errorMessage, type Logger } from '../base/log.ts';
import type { AnyObject } from '../api/object.ts';
import { CacheChange, CacheEvent } from './cache-event.ts';
import { BookmarkTimer } from './bookmark-timer.ts';
import { CacheIndexes, type IndexFunctions } from './cache-indexes.ts';
import { CachedObject } from './cached-object.ts';
import { CacheWatcher, type CacheWatchSink } from './cache-watcher.ts';
import { EventRing, type EventRingOptions } from './event-ring.ts';
import { prefixEnd, SortedMap } from './sorted-map.ts';
import { RevisionCompactedError, type Storage, type StorageEvent, type StoredValue } from './storage.ts';
import { WatcherGroups } from './watcher-groups.ts';

export interface WatchCacheOptions {
  readonly storage: Storage;
  /** All keys of the resource, for example `/registry/pods/`. Ends in a slash. */
  readonly prefix: string;
  /** Of bookmarks. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hot selectors by name, for example `spec.nodeName`: lists and watches for one value then cost nothing for the others. */
  readonly indexes?: IndexFunctions;
  readonly ring?: EventRingOptions;
  /** How many bytes of changes a reader may be behind before its watch is closed; 64 MiB when left out. */
  readonly watcherBudgetBytes?: number;
  readonly bookmarkMs?: number;
}

export interface CacheListOptions {
  /** The cache's prefix when left out. */
  readonly prefix?: string | undefined;
  /** First key (inclusive). */
  readonly from?: string | undefined;
  readonly limit?: number | undefined;
}

export interface CacheList {
  readonly items: CachedObject[];
  readonly revision: number;
  readonly more: boolean;
  readonly remaining: number;
}

/** The state at a revision; never changes. */
export interface CacheSnapshot {
  readonly revision: number;
  readonly objects: SortedMap<CachedObject>;
}

export interface CacheWatchOptions {
  readonly prefix?: string | undefined;
  /** One object only, instead of a prefix. */
  readonly key?: string | undefined;
  /** Changes after this revision. 0: the current state as ADDED first, then changes (unless sendInitialEvents is false). */
  readonly afterRevision: number;
  /** True: the current state as ADDED, then (with bookmarks) a bookmark that says so, then changes. False: changes only. */
  readonly sendInitialEvents?: boolean | undefined;
  readonly filter?: ((object: CachedObject) => boolean) | undefined;
  /** An index value that every matching object has: only changes that concern it reach the filter. */
  readonly trigger?: { readonly index: string; readonly value: string } | undefined;
  readonly bookmarks?: boolean | undefined;
  /** When the server will end the watch, milliseconds from now: a last bookmark goes out two seconds before. */
  readonly deadlineMs?: number | undefined;
  readonly sink: CacheWatchSink;
}

export interface CacheWatch {
  /** To be called when the sink has room again after send() answered false. */
  resume(): void;
  stop(): void;
}

/** A revision that the cache has not seen within the time allowed. The server answers 504 with cause ResourceVersionTooLarge. */
export class ResourceVersionTooLargeError extends Error {
  readonly requested: number;
  readonly current: number;
  constructor(requested: number, current: number) {
    super(`Too large resource version: ${requested}, current: ${current}`);
    this.requested = requested;
    this.current = current;
  }
}

const PAGE = 10_000;
const PROGRESS_MS = 100;
const RETRY_MS = 1000;
/** After so many changes the readers that are behind are looked at. */
const CHECK_EVERY = 64;

/**
 * The objects of one resource as the API server reads and watches them (the part of k8s.io/apiserver/pkg/storage/cacher): filled by one
 * list and one watch of the storage, every version decoded and encoded at most once, history kept for resuming watches and for lists at a
 * revision. Reading it after consistent() gives what the storage holds.
 */
export class WatchCache {
  readonly prefix: string;
  readonly #options: WatchCacheOptions;
  readonly #stop = new AbortController();
  readonly #indexes: CacheIndexes;
  readonly #watchers: WatcherGroups;
  readonly #bookmarks: BookmarkTimer;
  #objects = SortedMap.empty<CachedObject>();
  #ring = new EventRing(0, SortedMap.empty());
  #revision = 0;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #unwatch: () => void = () => {};
  #waiters = new Set<() => void>();
  #changesToCheck = CHECK_EVERY;

  constructor(options: WatchCacheOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    this.#indexes = new CacheIndexes(options.indexes ?? {});
    this.#watchers = new WatcherGroups(options.prefix);
    this.#bookmarks = this.#bookmarkTimer();
    void this.#fill();
  }

  /** Resolves when the cache holds the storage's state; rejects when the cache was stopped before. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Every change up to this revision is in. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#objects.size;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  get(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  /** The current state. Cheap; what it holds never changes, so it may be read bit by bit. */
  snapshot(): CacheSnapshot {
    return { revision: this.#revision, objects: this.#objects };
  }

  list(options: CacheListOptions = {}): CacheList {
    return page(this.#objects, this.#revision, options.prefix ?? this.prefix, options);
  }

  /**
   * The state at exactly `revision`: from the cache's history, or from the storage when it is older. Rejects with RevisionCompactedError
   * when it is gone there too, with ResourceVersionTooLargeError when it does not come in time.
   */
  async listAt(revision: number, options: CacheListOptions = {}): Promise<CacheList> {
    await this.waitFor(revision);
    const prefix = options.prefix ?? this.prefix;
    const objects = this.#ring.snapshotAt(revision);
    if (objects) {
      // What the storage has forgotten is forgotten here too, so that every server gives the same answer.
      await this.#options.storage.list(prefix, { revision, limit: 1 });
      return page(objects, revision, prefix, options);
    }
    const { storage } = this.#options;
    const result = await storage.list(prefix, {
      revision,
      ...(options.from !== undefined && { from: options.from }),
      ...(options.limit && { limit: options.limit }),
    });
    return { ...result, items: result.items.map((item) => new CachedObject(item.key, item.modRevision, item.value)) };
  }

  /** The current objects with this value of an index, in key order. */
  byIndex(index: string, value: string): CachedObject[] {
    return this.#indexes.find(index, value);
  }

  /** Resolves when the cache has seen the revision; rejects with ResourceVersionTooLargeError after `timeoutMs`. */
  async waitFor(revision: number, timeoutMs = 3000): Promise<void> {
    if (!this.#isReady) await this.ready();
    if (revision <= this.#revision) return;
    const { storage, clock } = this.#options;
    storage.requestProgress(this.prefix);
    if (revision <= this.#revision) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => this.#revision >= revision && resolve();
    const poll = () => {
      storage.requestProgress(this.prefix);
      timer = clock.schedule(PROGRESS_MS, poll);
    };
    let timer = clock.schedule(PROGRESS_MS, poll);
    const deadline = clock.schedule(timeoutMs, () => reject(new ResourceVersionTooLargeError(revision, this.#revision)));
    this.#waiters.add(check);
    try {
      await promise;
    } finally {
      this.#waiters.delete(check);
      timer.cancel();
      deadline.cancel();
    }
  }

  /** Waits until the cache holds everything that was written before the call. Returns the cache's revision. */
  async consistent(): Promise<number> {
    await this.waitFor(await this.#options.storage.revision());
    return this.#revision;
  }

  /** Throws RevisionCompactedError when the history after `afterRevision` is gone. Only when ready. The first event comes after the call. */
  watch(options: CacheWatchOptions): CacheWatch {
    if (!this.#isReady) throw new Error(`Cannot watch ${this.prefix}: the cache is not ready`);
    const wantsState = options.sendInitialEvents ?? options.afterRevision === 0;
    if (!wantsState && options.afterRevision === 0) options = { ...options, afterRevision: this.#revision };
    if (!wantsState && options.afterRevision < this.#ring.startRevision) throw new RevisionCompactedError(this.#ring.startRevision);
    const end = options.sendInitialEvents && options.bookmarks ? this.#bookmark(true) : undefined;
    const watcher = new CacheWatcher({
      prefix: options.prefix ?? this.prefix,
      key: options.key,
      afterRevision: options.afterRevision,
      filter: options.filter,
      sink: options.sink,
      initial: wantsState ? { snapshot: this.#objects, revision: this.#revision, end } : undefined,
      ring: this.#ring,
      budgetBytes: this.#options.watcherBudgetBytes ?? 64 * 1024 * 1024,
      onClosed: (closed) => this.#watchers.remove(closed),
    });
    if (options.bookmarks) this.#bookmarks.add(watcher, options.deadlineMs);
    this.#watchers.add(watcher, options.trigger);
    watcher.start();
    return watcher;
  }

  /** Ends every watch, and the cache. */
  stop(): void {
    this.#stop.abort(new Error(`the cache of ${this.prefix} is stopped`));
    this.#unwatch();
    this.#bookmarks.stop();
    if (!this.#isReady) {
      this.#ready.promise.catch(() => {}); // Whoever waits hears it; nobody has to.
      this.#ready.reject(this.#stop.signal.reason);
    }
    for (const watcher of this.#watchers.all()) watcher.end();
  }

  async #fill(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const { objects, revision } = await this.#listAll();
        await this.#indexes.fill(objects);
        if (signal.aborted) return;
        this.#reset(SortedMap.fromSorted(objects), revision);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn('cannot list, will retry', { prefix: this.prefix, err: errorMessage(error) });
        await this.#options.clock.sleep(RETRY_MS, signal).catch(() => {}); // Stopped: the loop's condition ends it.
      }
    }
  }

  async #listAll(): Promise<{ objects: [string, CachedObject][]; revision: number }> {
    const { storage } = this.#options;
    const objects: [string, CachedObject][] = [];
    let result = await storage.list(this.prefix, { limit: PAGE });
    const { revision } = result;
    const take = (items: readonly StoredValue[]) => {
      for (const item of items) objects.push([item.key, new CachedObject(item.key, item.modRevision, item.value)]);
    };
    take(result.items);
    while (result.more) {
      result = await storage.list(this.prefix, { limit: PAGE, revision, from: `${result.items.at(-1)?.key ?? ''}\0` });
      take(result.items);
    }
    return { objects, revision };
  }

  #reset(objects: SortedMap<CachedObject>, revision: number): void {
    this.#objects = objects;
    this.#revision = Math.max(this.#revision, revision);
    this.#ring = new EventRing(revision, objects, this.#options.ring);
    this.#unwatch = this.#options.storage.watch(this.prefix, revision, {
      onEvents: (events) => {
        for (const event of events) this.#apply(event);
        this.#checkBudgets();
      },
      onProgress: (progress) => this.#advance(progress),
      onError: (error) => this.#restart(error),
    });
    this.#isReady = true;
    this.#ready.resolve();
    this.#advance(revision);
  }

  /** The storage's watch broke: what happened meanwhile is unknown, so every watcher has to begin anew. */
  #restart(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#options.log.warn('the watch of the storage ended, listing again', { prefix: this.prefix, err: errorMessage(error) });
    this.#isReady = false;
    this.#ready = Promise.withResolvers();
    this.#ready.promise.catch(() => {}); // Nobody may be waiting when it is stopped.
    for (const watcher of this.#watchers.all()) watcher.end();
    void this.#fill();
  }

  #checkBudgets(): void {
    if (this.#changesToCheck > 0) return;
    this.#changesToCheck = CHECK_EVERY;
    for (const watcher of this.#watchers.behind()) watcher.checkBudget();
  }

  #apply(event: StorageEvent): void {
    const previous = this.#objects.get(event.key);
    const current = event.value && new CachedObject(event.key, event.revision, event.value, event.attachment as AnyObject | undefined);
    this.#revision = Math.max(this.#revision, event.revision);
    if (!current && !previous) return;
    this.#objects = current ? this.#objects.set(event.key, current) : this.#objects.delete(event.key);
    const change = new CacheChange({
      revision: event.revision,
      key: event.key,
      current,
      previous,
      snapshot: this.#objects,
      at: this.#options.clock.monotonic(),
    });
    this.#ring.push(change);
    this.#watchers.dispatch(change, this.#indexes.apply(change));
    this.#changesToCheck--;
    this.#wake();
  }

  #advance(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#wake();
  }

  #wake(): void {
    for (const check of this.#waiters) check();
  }

  #bookmarkTimer(): BookmarkTimer {
    let event: CacheEvent | undefined;
    return new BookmarkTimer({
      clock: this.#options.clock,
      everyMs: this.#options.bookmarkMs ?? 60_000,
      watchers: () => this.#watchers.all(),
      onDue: () => {
        this.#options.storage.requestProgress(this.prefix);
        event = this.#bookmark(false);
      },
      send: (watcher) => watcher.sendBookmark((event ??= this.#bookmark(false))),
    });
  }

  #bookmark(initialEventsEnd: boolean): CacheEvent {
    const { apiVersion, kind } = this.#options;
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const stored = Buffer.from(JSON.stringify({ kind, apiVersion, metadata: annotations }));
    return new CacheEvent('BOOKMARK', new CachedObject('', this.#revision, stored), undefined, initialEventsEnd);
  }
}

function page(objects: SortedMap<CachedObject>, revision: number, prefix: string, options: CacheListOptions): CacheList {
  const from = options.from !== undefined && options.from > prefix ? options.from : prefix;
  const until = prefixEnd(prefix);
  const items = objects.values(from, until, options.limit || Infinity);
  const remaining = objects.count(from, until) - items.length;
  return { items, revision, more: remaining > 0, remaining };
}

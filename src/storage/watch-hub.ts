import type { StorageEvent, WatchSink } from './storage.ts';
import { RevisionCompactedError } from './storage.ts';

export interface WatchHubOptions {
  /** At most `limit` events after a revision, of all keys. */
  readonly history: (afterRevision: number, limit: number) => readonly StorageEvent[];
  readonly compactedRevision: () => number;
}

interface Watcher {
  readonly prefix: string;
  readonly sink: WatchSink;
  /** Everything up to here was offered. */
  revision: number;
  /** False while history is being replayed to it. */
  live: boolean;
}

const CHUNK = 500;

/**
 * The watchers of a store in this process. A new watcher first gets the history after its revision, in pieces that leave the event loop
 * free, then what is published. Publishing from inside a sink is allowed: the events wait until every sink has had the ones before.
 */
export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #queue: (readonly StorageEvent[])[] = [];
  #revision: number;
  #publishing = false;

  constructor(revision: number, options: WatchHubOptions) {
    this.#revision = revision;
    this.#options = options;
  }

  watch(prefix: string, afterRevision: number, sink: WatchSink): () => void {
    const watcher: Watcher = { prefix, sink, revision: afterRevision, live: afterRevision >= this.#revision };
    this.#watchers.add(watcher);
    if (!watcher.live) queueMicrotask(() => this.#replay(watcher));
    return () => void this.#watchers.delete(watcher);
  }

  /** Gives consecutive events, in order, to every live watcher before it returns (unless called from inside a sink). */
  publish(events: readonly StorageEvent[]): void {
    this.#queue.push(events);
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        this.#revision = next.at(-1)?.revision ?? this.#revision;
        for (const watcher of this.#watchers) if (watcher.live) this.#offer(watcher, next);
      }
    } finally {
      this.#publishing = false;
    }
  }

  requestProgress(prefix?: string): void {
    if (this.#publishing) return queueMicrotask(() => this.requestProgress(prefix));
    for (const watcher of this.#watchers) {
      if (watcher.live && (prefix === undefined || watcher.prefix === prefix))
        watcher.sink.onProgress?.(Math.max(watcher.revision, this.#revision));
    }
  }

  /** Ends every watch with the error. */
  close(error: Error): void {
    for (const watcher of this.#watchers) this.#fail(watcher, error);
  }

  #replay(watcher: Watcher): void {
    if (!this.#watchers.has(watcher)) return;
    if (watcher.revision < this.#options.compactedRevision()) {
      return this.#fail(watcher, new RevisionCompactedError(this.#options.compactedRevision()));
    }
    const events = this.#options.history(watcher.revision, CHUNK).filter((event) => event.revision <= this.#revision);
    if (events.length > 0) this.#offer(watcher, events);
    if (watcher.revision >= this.#revision || events.length === 0) watcher.live = true;
    else setImmediate(() => this.#replay(watcher));
  }

  #offer(watcher: Watcher, events: readonly StorageEvent[]): void {
    const wanted = events.filter((event) => event.revision > watcher.revision && event.key.startsWith(watcher.prefix));
    watcher.revision = Math.max(watcher.revision, events.at(-1)?.revision ?? 0);
    if (wanted.length > 0) watcher.sink.onEvents(wanted);
  }

  #fail(watcher: Watcher, error: Error): void {
    if (this.#watchers.delete(watcher)) watcher.sink.onError(error);
  }
}

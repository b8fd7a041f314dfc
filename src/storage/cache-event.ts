import type { CachedObject } from './cached-object.ts';
import type { SortedMap } from './sorted-map.ts';

export type CacheEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

/** What a watcher of a WatchCache gets. One instance is shared by all watchers that see the change the same way. */
export class CacheEvent {
  readonly type: CacheEventType;
  /** For DELETED the last state, under the revision of the deletion; for BOOKMARK an object of which only the resourceVersion counts. */
  readonly object: CachedObject;
  /** The state before; for MODIFIED and DELETED. */
  readonly previous: CachedObject | undefined;
  /** True for the bookmark that ends the initial events of a streaming list. */
  readonly initialEventsEnd: boolean;
  #frame: Buffer | undefined;

  constructor(type: CacheEventType, object: CachedObject, previous?: CachedObject, initialEventsEnd = false) {
    this.type = type;
    this.object = object;
    this.previous = previous;
    this.initialEventsEnd = initialEventsEnd;
  }

  get revision(): number {
    return this.object.revision;
  }

  /** `{"type":"ADDED","object":{...}}` and a line feed: encoded once, shared by all watchers. */
  get frame(): Buffer {
    if (this.#frame) return this.#frame;
    const head = `{"type":"${this.type}","object":`;
    const body = this.object.bytes;
    const frame = Buffer.allocUnsafeSlow(head.length + body.length + 2);
    frame.write(head, 0, 'latin1');
    body.copy(frame, head.length);
    frame.write('}\n', head.length + body.length, 'latin1');
    this.#frame = frame;
    return frame;
  }

  /** Gives the frame's memory back; it is made again when asked for. */
  dropFrame(): void {
    this.#frame = undefined;
  }
}

/** One change of one key, as the cache's history keeps it. */
export class CacheChange {
  readonly revision: number;
  readonly key: string;
  /** Undefined: deleted. */
  readonly current: CachedObject | undefined;
  readonly previous: CachedObject | undefined;
  /** Everything in the cache just after the change. */
  readonly snapshot: SortedMap<CachedObject>;
  /** Monotonic time of arrival, milliseconds. */
  readonly at: number;
  #added: CacheEvent | undefined;
  #modified: CacheEvent | undefined;
  #deleted: CacheEvent | undefined;

  constructor(fields: Pick<CacheChange, 'revision' | 'key' | 'current' | 'previous' | 'snapshot' | 'at'>) {
    this.revision = fields.revision;
    this.key = fields.key;
    this.current = fields.current;
    this.previous = fields.previous;
    this.snapshot = fields.snapshot;
    this.at = fields.at;
  }

  get size(): number {
    return (this.current ?? this.previous)?.size ?? 0;
  }

  /**
   * How a watcher with this filter sees the change: an object that begins to match is ADDED; one that ceases to match is DELETED, with the
   * last matching state under this revision; undefined when it sees nothing.
   */
  seenThrough(filter: ((object: CachedObject) => boolean) | undefined): CacheEvent | undefined {
    const { current, previous } = this;
    const now = current !== undefined && (!filter || filter(current));
    const before = previous !== undefined && (!filter || filter(previous));
    if (now && before) return (this.#modified ??= new CacheEvent('MODIFIED', current, previous));
    if (now) return (this.#added ??= new CacheEvent('ADDED', current));
    if (before) return (this.#deleted ??= new CacheEvent('DELETED', previous.at(this.revision), previous));
    return undefined;
  }

  dropFrames(): void {
    this.#added?.dropFrame();
    this.#modified?.dropFrame();
    this.#deleted?.dropFrame();
  }
}

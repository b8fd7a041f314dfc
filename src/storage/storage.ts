/**
 * The storage contract: etcd's model, as small as the API server needs it. One global revision counts every change. Drivers: memory, lmdb,
 * etcd; storage-suite.ts is the contract's test and runs on all of them.
 *
 * Promises: a write resolves only when it is durable, and after its event went to every watcher of its key; a read never returns what is
 * not durable; writes are strictly serialisable. A watch is ordered, gives each event once, drops none, and can be resumed from any
 * revision that is not compacted (the guarantees of https://etcd.io/docs/v3.6/learning/api_guarantees/).
 */
export interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the last change of this key. */
  readonly modRevision: number;
  /** Revision at which the key was created. */
  readonly createRevision: number;
  /** Stored in a form that a write would not choose today (an older encryption key): worth writing again. */
  readonly stale?: boolean | undefined;
}

export interface ListOptions {
  /** At most so many items; all when left out. */
  readonly limit?: number;
  /** Start at this key (inclusive) instead of at the prefix. */
  readonly from?: string;
  /** State as of this revision. Rejects with RevisionCompactedError when it is compacted, FutureRevisionError when it lies ahead. */
  readonly revision?: number;
}

export interface ListResult {
  /** In key order (bytes). */
  readonly items: StoredValue[];
  /** The store's revision the list shows. */
  readonly revision: number;
  /** True when the limit cut the list. */
  readonly more: boolean;
  /** How many keys are left after the last item; for `metadata.remainingItemCount`. */
  readonly remaining: number;
}

export interface StorageEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** New value; undefined for delete. */
  readonly value?: Uint8Array | undefined;
  /** What the change replaced; may be missing when that is compacted. */
  readonly previous?: StoredValue | undefined;
  readonly revision: number;
  /** What the writer handed in with the write (decoded object); only for writes of this process. */
  readonly attachment?: unknown;
}

export interface WatchSink {
  /** All events of one revision arrive in one call. Must not throw. */
  onEvents(events: readonly StorageEvent[]): void;
  /** Every event of the watched prefix with a revision up to this one has been given. Comes after requestProgress(), and at the driver's will. */
  onProgress?(revision: number): void;
  /** The watch ended by itself: compacted revision, lost connection. */
  onError(error: Error): void;
}

export type WriteResult =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly current: StoredValue | undefined };

export interface WriteOptions {
  /** Given back in the event, so that this process need not decode what it has just encoded. */
  readonly attachment?: unknown;
}

export interface Storage {
  /** Revision of the last durable change. */
  revision(): Promise<number>;
  get(key: string): Promise<StoredValue | undefined>;
  list(prefix: string, options?: ListOptions): Promise<ListResult>;
  /** Fails (ok: false, with what is there) when the key exists. */
  create(key: string, value: Uint8Array, options?: WriteOptions): Promise<WriteResult>;
  /** Fails when the key's modRevision is not `expectedRevision`; 0 means that the key must not exist. */
  update(key: string, value: Uint8Array, expectedRevision: number, options?: WriteOptions): Promise<WriteResult>;
  delete(key: string, expectedRevision: number): Promise<WriteResult>;
  /** Events of keys under `prefix` with revision > `afterRevision`, then live ones. Returns how to stop. */
  watch(prefix: string, afterRevision: number, sink: WatchSink): () => void;
  /** Asks for onProgress() on the watches (of this prefix) that have delivered all there is: at once in drivers of this process, soon in others. */
  requestProgress(prefix?: string): void;
  /**
   * Forgets history up to and including `revision`; the state at `revision` and later stays. Rejects with RevisionCompactedError when that
   * was done already, with FutureRevisionError when `revision` lies ahead.
   */
  compact(revision: number): Promise<void>;
  close(): Promise<void>;
}

export class RevisionCompactedError extends Error {
  readonly compactedRevision: number;
  constructor(compactedRevision: number) {
    super('required revision has been compacted');
    this.compactedRevision = compactedRevision;
  }
}

export class FutureRevisionError extends Error {
  readonly currentRevision: number;
  constructor(currentRevision: number) {
    super('required revision is a future revision');
    this.currentRevision = currentRevision;
  }
}

/** The disk or the store's limit is full: nothing of the write was kept; reads go on. */
export class StorageFullError extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(`etcdserver: mvcc: database space exceeded (${detail})`, options);
  }
}

/** The value is larger than the store takes (1.5 MiB, etcd's limit). */
export class ValueTooLargeError extends Error {
  constructor() {
    super('etcdserver: request is too large');
  }
}

export const MAX_VALUE_BYTES = 1.5 * 1024 * 1024;

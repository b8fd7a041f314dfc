import type { LogHeader, LogRecord, RevisionLog } from './revision-log.ts';
import { prefixEnd, SortedMap } from './sorted-map.ts';
import {
  FutureRevisionError,
  type ListOptions,
  type ListResult,
  MAX_VALUE_BYTES,
  RevisionCompactedError,
  type Storage,
  type StorageEvent,
  type StoredValue,
  ValueTooLargeError,
  type WatchSink,
  type WriteOptions,
  type WriteResult,
} from './storage.ts';
import { WatchHub } from './watch-hub.ts';

/** What the index knows of a key: enough to check a precondition and to find the value in the log. */
interface KeyState {
  readonly key: string;
  readonly modRevision: number;
  readonly createRevision: number;
}

interface PendingWrite {
  readonly key: string;
  /** Undefined deletes. */
  readonly value: Uint8Array | undefined;
  /** The modRevision the key must have; 0: it must not exist. */
  readonly expected: number;
  readonly attachment: unknown;
  resolve(result: WriteResult): void;
  reject(error: unknown): void;
}

/** An empty store is at revision 1, as etcd is. */
const FIRST_REVISION = 1;
const COMPACT_CHUNK = 1000;
const LIST_CHUNK = 1000;
const MAX_BATCH = 2000;

/**
 * A Storage made of a revision log: values live once, in the log; an index of the durable state is kept in memory. Writes that arrive while
 * a commit is under way form the next commit (group commit); they are decided in order of arrival, against the state before and the
 * writes ahead of them in the batch. Nothing is visible, published or acknowledged before the log says that it is durable.
 */
export class LogStorage implements Storage {
  readonly #log: RevisionLog;
  readonly #hub: WatchHub;
  readonly #deferBatch: boolean;
  #index: SortedMap<KeyState>;
  #revision = FIRST_REVISION;
  #compacted = 0;
  /** Up to here superseded records are gone; behind #compacted only after a failure. */
  #swept = 0;
  #queue: PendingWrite[] = [];
  #busy: Promise<void> | undefined;
  #maintenance: Promise<void> = Promise.resolve();
  #failed: Error | undefined;

  /** `deferBatch` puts off a commit to the end of the event loop's turn, so that all writes of the turn share it. */
  constructor(log: RevisionLog, options: { readonly deferBatch: boolean }) {
    this.#log = log;
    this.#deferBatch = options.deferBatch;
    const states = new Map<string, KeyState>();
    this.#compacted = log.load((header) => {
      this.#revision = header.revision;
      if (header.createRevision === 0) states.delete(header.key);
      else states.set(header.key, stateOf(header));
    });
    this.#swept = this.#compacted;
    // The last change may have been a deletion whose record was compacted away: the revision must not fall back.
    this.#revision = Math.max(this.#revision, this.#compacted);
    this.#index = SortedMap.fromSorted([...states].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
    this.#hub = new WatchHub(this.#revision, {
      history: (after, limit) => log.range(after, limit).map((record) => new LogEvent(record, this.#log)),
      compactedRevision: () => this.#compacted,
    });
  }

  revision(): Promise<number> {
    return this.#failed ? Promise.reject(this.#failed) : Promise.resolve(this.#revision);
  }

  async get(key: string): Promise<StoredValue | undefined> {
    this.#mustBeOpen();
    const state = this.#index.get(key);
    return state && this.#stored(state);
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    this.#mustBeOpen();
    const revision = options.revision ?? this.#revision;
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision < this.#compacted) throw new RevisionCompactedError(this.#compacted);
    const from = options.from !== undefined && options.from > prefix ? options.from : prefix;
    const index = revision === this.#revision ? this.#index : this.#indexAt(revision, prefix);
    const states = index.values(from, prefixEnd(prefix), options.limit ?? Infinity);
    const remaining = index.count(from, prefixEnd(prefix)) - states.length;
    const items: StoredValue[] = [];
    for (const state of states) {
      items.push(this.#stored(state));
      if (items.length % LIST_CHUNK === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return { items, revision, more: remaining > 0, remaining };
  }

  create(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#write(key, value, 0, options.attachment);
  }

  update(key: string, value: Uint8Array, expectedRevision: number, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#write(key, value, expectedRevision, options.attachment);
  }

  delete(key: string, expectedRevision: number): Promise<WriteResult> {
    return this.#write(key, undefined, expectedRevision, undefined);
  }

  watch(prefix: string, afterRevision: number, sink: WatchSink): () => void {
    const failed = this.#failed;
    if (!failed) return this.#hub.watch(prefix, afterRevision, sink);
    queueMicrotask(() => sink.onError(failed));
    return () => {};
  }

  requestProgress(prefix?: string): void {
    this.#hub.requestProgress(prefix);
  }

  compact(revision: number): Promise<void> {
    const run = this.#maintenance.then(() => this.#compact(revision));
    // The caller hears of a failure; the next compaction must still run.
    this.#maintenance = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    if (this.#failed instanceof StorageClosedError) return;
    this.#fail(new StorageClosedError());
    await this.#busy;
    await this.#maintenance;
    await this.#log.close();
  }

  #write(key: string, value: Uint8Array | undefined, expected: number, attachment: unknown): Promise<WriteResult> {
    if (this.#failed) return Promise.reject(this.#failed);
    if (value && value.byteLength > MAX_VALUE_BYTES) return Promise.reject(new ValueTooLargeError());
    return new Promise((resolve, reject) => {
      this.#queue.push({ key, value, expected, attachment, resolve, reject });
      if (this.#busy) return;
      if (this.#deferBatch) this.#busy = this.#drain();
      else this.#commitNow();
    });
  }

  /** For logs that append at once: no promise between the write and its effect. */
  #commitNow(): void {
    const batch = this.#queue.splice(0);
    const decided = this.#decide(batch);
    try {
      const appended = this.#log.append(decided.records);
      if (appended) throw new Error('Cannot commit at once: the log is asynchronous');
      this.#settle(decided);
    } catch (error) {
      for (const write of batch) write.reject(error);
    }
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH);
      try {
        if (this.#failed) throw this.#failed;
        const decided = this.#decide(batch);
        if (decided.records.length > 0) await this.#log.append(decided.records);
        this.#settle(decided);
      } catch (error) {
        this.#checkAfterFailure(error);
        for (const write of batch) write.reject(error);
      }
      // Whoever was answered may write again in this turn: let those writes join the next commit.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#busy = undefined;
  }

  /** A failed commit must have left nothing behind; otherwise what is on disk is not what this process believes. */
  #checkAfterFailure(error: unknown): void {
    if (this.#failed) return;
    try {
      if (this.#log.range(this.#revision, 1).length === 0) return;
    } catch (cause) {
      return this.#fail(new Error('storage failed: the log cannot be read after a failed commit', { cause }));
    }
    this.#fail(new Error('storage failed: a commit was reported as failed but left records; restart the server', { cause: error }));
  }

  #decide(batch: readonly PendingWrite[]): Decided {
    const overlay = new Map<string, KeyState | undefined>();
    const decided: Decided = { records: [], accepted: [], refused: [] };
    let revision = this.#revision;
    for (const write of batch) {
      const { key, value } = write;
      const current = overlay.has(key) ? overlay.get(key) : this.#index.get(key);
      if ((current?.modRevision ?? 0) !== write.expected || (value === undefined && !current)) {
        decided.refused.push(write);
        continue;
      }
      revision++;
      const createRevision = value === undefined ? 0 : (current?.createRevision ?? revision);
      decided.records.push({ revision, key, createRevision, previousRevision: current?.modRevision ?? 0, value });
      decided.accepted.push(write);
      overlay.set(key, value === undefined ? undefined : { key, modRevision: revision, createRevision });
    }
    return decided;
  }

  #settle({ records, accepted, refused }: Decided): void {
    const events: StorageEvent[] = [];
    for (const [i, record] of records.entries()) {
      this.#index = record.value === undefined ? this.#index.delete(record.key) : this.#index.set(record.key, stateOf(record));
      this.#revision = record.revision;
      events.push(new LogEvent(record, this.#log, accepted[i]?.attachment));
    }
    if (events.length > 0) this.#hub.publish(events);
    for (const [i, write] of accepted.entries()) write.resolve({ ok: true, revision: (records[i] as LogRecord).revision });
    for (const write of refused) {
      const state = this.#index.get(write.key);
      write.resolve({ ok: false, current: state && this.#stored(state) });
    }
  }

  #stored(state: KeyState): StoredValue {
    const value = this.#log.read(state.modRevision)?.value;
    if (value === undefined) {
      if (state.modRevision < this.#compacted) throw new RevisionCompactedError(this.#compacted);
      throw new Error(`Cannot read ${state.key}: the log has no value at revision ${state.modRevision}`);
    }
    return { ...state, value };
  }

  /** The keys under `prefix` as they were at an earlier revision: today's, with every later change undone. */
  #indexAt(revision: number, prefix: string): SortedMap<KeyState> {
    let index = this.#index;
    const undone = new Set<string>();
    for (let after = revision; ;) {
      const records = this.#log.range(after, LIST_CHUNK);
      for (const { key, previousRevision } of records) {
        if (!key.startsWith(prefix) || undone.has(key)) continue;
        undone.add(key);
        const before = previousRevision === 0 ? undefined : this.#log.read(previousRevision);
        index = before && before.createRevision !== 0 ? index.set(key, stateOf(before)) : index.delete(key);
      }
      if (records.length < LIST_CHUNK) return index;
      after = records.at(-1)?.revision ?? after;
    }
  }

  async #compact(revision: number): Promise<void> {
    this.#mustBeOpen();
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision);
    if (revision <= this.#compacted) throw new RevisionCompactedError(this.#compacted);
    this.#compacted = revision;
    for (let more = true, after = this.#swept; more;) {
      const records = this.#log.range(after, COMPACT_CHUNK).filter((record) => record.revision <= revision);
      more = records.length === COMPACT_CHUNK;
      after = records.at(-1)?.revision ?? revision;
      const drop: number[] = [];
      for (const record of records) {
        if (record.previousRevision !== 0) drop.push(record.previousRevision);
        if (record.createRevision === 0) drop.push(record.revision);
      }
      // Noted piece by piece: a crash in between leaves a smaller compaction, not a broken one.
      await this.#log.compact(more ? after : revision, drop);
      this.#swept = after;
    }
  }

  #mustBeOpen(): void {
    if (this.#failed) throw this.#failed;
  }

  #fail(error: Error): void {
    this.#failed = error;
    this.#hub.close(error);
    for (const write of this.#queue.splice(0)) write.reject(error);
  }
}

interface Decided {
  readonly records: LogRecord[];
  /** One for each record. */
  readonly accepted: PendingWrite[];
  readonly refused: PendingWrite[];
}

class StorageClosedError extends Error {
  constructor() {
    super('storage is closed');
  }
}

function stateOf(header: LogHeader): KeyState {
  return { key: header.key, modRevision: header.revision, createRevision: header.createRevision };
}

/** A change as watchers see it. The previous value is read only when somebody asks. */
class LogEvent implements StorageEvent {
  readonly #record: LogRecord;
  readonly #log: RevisionLog;
  readonly attachment?: unknown;

  constructor(record: LogRecord, log: RevisionLog, attachment?: unknown) {
    this.#record = record;
    this.#log = log;
    this.attachment = attachment;
  }

  get type(): 'put' | 'delete' {
    return this.#record.value === undefined ? 'delete' : 'put';
  }
  get key(): string {
    return this.#record.key;
  }
  get revision(): number {
    return this.#record.revision;
  }
  get value(): Uint8Array | undefined {
    return this.#record.value;
  }
  get previous(): StoredValue | undefined {
    const { previousRevision } = this.#record;
    const before = previousRevision === 0 ? undefined : this.#log.read(previousRevision);
    if (before?.value === undefined) return undefined;
    return { key: before.key, value: before.value, modRevision: before.revision, createRevision: before.createRevision };
  }
}

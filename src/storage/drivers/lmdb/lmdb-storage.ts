import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { errorMessage } from '../../../base/log.ts';
import { systemClock } from '../../../host/clock.ts';
import { lockDirectory } from '../../../host/directory-lock.ts';
import { fileHead } from '../../../host/file-head.ts';
import { LogStorage } from '../../log-storage.ts';
import type { LogHeader, LogRecord, RevisionLog } from '../../revision-log.ts';
import { type Storage, StorageFullError } from '../../storage.ts';
import { decodeHeader, decodeRecord, encodeRecord } from './record.ts';

export interface LmdbStorageOptions {
  /** Made when missing. One process at a time may use it. */
  readonly directory: string;
  /** Above this size of the data file writes fail with StorageFullError (deletes and compaction still work); 8 GiB when left out. */
  readonly quotaBytes?: number;
}

/** The data directory holds something that is not a store, or a damaged one. */
export class StoreDamagedError extends Error {
  constructor(directory: string, detail: string, options?: ErrorOptions) {
    super(
      `Cannot open the store in ${directory}: ${detail}. Restore data.mdb from a backup, or move the directory away to start empty.`,
      options,
    );
  }
}

const DATA_FILE = 'data.mdb';
const META_MAGIC = 0xbeefc0de;
const META_MAGIC_OFFSET = 24;
const PAGE_BYTES = 4096;
const FLUSH_TIMEOUT_MS = 60_000;
const DEFAULT_QUOTA = 8 * 1024 ** 3;

/**
 * The durable store of one server: an LMDB file with the log of changes (see record.ts) and the compacted revision. A write is
 * acknowledged after fdatasync; concurrent writes share one commit. Throws DirectoryLockedError, StoreDamagedError.
 */
export function lmdbStorage(options: LmdbStorageOptions): Storage {
  const unlock = lockDirectory(options.directory);
  let log: LmdbLog | undefined;
  try {
    checkFile(options.directory);
    log = new LmdbLog(options.directory, options.quotaBytes ?? DEFAULT_QUOTA, unlock);
    return new LogStorage(log, { deferBatch: true });
  } catch (error) {
    // Whoever opened it hears the first error; a second one from closing adds nothing.
    if (log) void Promise.resolve(log.close()).catch(() => {});
    else unlock();
    throw error instanceof StoreDamagedError ? error : new StoreDamagedError(options.directory, errorMessage(error), { cause: error });
  }
}

/** LMDB maps the file into memory: rubbish in it could end the process instead of raising an error, so the first page is looked at before. */
function checkFile(directory: string): void {
  const found = fileHead(join(directory, DATA_FILE), META_MAGIC_OFFSET + 4);
  if (!found || found.size === 0) return;
  const { head, size } = found;
  if (head.length < META_MAGIC_OFFSET + 4 || head.readUInt32LE(META_MAGIC_OFFSET) !== META_MAGIC) {
    throw new StoreDamagedError(directory, `${DATA_FILE} is not an LMDB file`);
  }
  if (size % PAGE_BYTES !== 0) throw new StoreDamagedError(directory, `${DATA_FILE} is cut off in the middle of a page`);
}

class LmdbLog implements RevisionLog {
  readonly #root: RootDatabase<Buffer, string>;
  readonly #log: Database<Buffer, number>;
  readonly #meta: Database<string, string>;
  readonly #file: string;
  readonly #quotaBytes: number;
  readonly #unlock: () => void;

  constructor(directory: string, quotaBytes: number, unlock: () => void) {
    this.#file = join(directory, DATA_FILE);
    this.#quotaBytes = quotaBytes;
    this.#unlock = unlock;
    this.#root = open<Buffer, string>({ path: directory, noSubdir: false, encoding: 'binary', maxDbs: 4, eventTurnBatching: false });
    this.#log = this.#root.openDB<Buffer, number>({ name: 'log', encoding: 'binary' });
    this.#meta = this.#root.openDB<string, string>({ name: 'meta', encoding: 'string' });
  }

  load(visit: (header: LogHeader) => void): number {
    for (const { key, value } of this.#log.getRange()) visit(decodeHeader(key, value));
    return Number(this.#meta.get('compacted') ?? 0);
  }

  read(revision: number): LogRecord | undefined {
    const bytes = this.#log.get(revision);
    return bytes && decodeRecord(revision, bytes);
  }

  range(afterRevision: number, limit: number): LogRecord[] {
    const out: LogRecord[] = [];
    for (const { key, value } of this.#log.getRange({ start: afterRevision + 1, limit })) out.push(decodeRecord(key, value));
    return out;
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    const needed = records.reduce((sum, record) => sum + (record.value?.byteLength ?? 0), 0);
    if (needed > 0 && (fileHead(this.#file, 0)?.size ?? 0) + needed > this.#quotaBytes)
      throw new StorageFullError(`${this.#file} has reached its quota of ${this.#quotaBytes} bytes`);
    await this.#commit(() => records.map((record) => this.#log.put(record.revision, encodeRecord(record))));
  }

  async compact(revision: number, drop: readonly number[]): Promise<void> {
    await this.#commit(() => [...drop.map((each) => this.#log.remove(each)), this.#meta.put('compacted', String(revision))]);
  }

  async close(): Promise<void> {
    try {
      await this.#root.close();
    } finally {
      this.#unlock();
    }
  }

  /** One transaction; resolves when it is on disk. */
  async #commit(write: () => readonly Promise<boolean>[]): Promise<void> {
    const parts: Promise<boolean>[] = [];
    try {
      const done = this.#log.batch(() => void parts.push(...write()));
      // The parts fail with the whole, which is awaited here.
      for (const part of parts) part.catch(() => {});
      await done;
      await this.#flushed();
    } catch (error) {
      throw await commitError(error, this.#file);
    }
  }

  /** A failed fdatasync never settles `flushed`; waiting for ever would hang the server without a word. */
  async #flushed(): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = systemClock.schedule(FLUSH_TIMEOUT_MS, () =>
      reject(new Error(`Cannot write ${this.#file}: the disk did not confirm a commit`)),
    );
    try {
      await Promise.race([this.#log.flushed, promise]);
    } finally {
      timer.cancel();
    }
  }
}

/** LMDB hands the cause of a failed commit over in a promise of its own. */
async function commitError(error: unknown, file: string): Promise<Error> {
  let cause: unknown = error;
  const pending = (error as { commitError?: Promise<unknown> }).commitError;
  if (pending) await pending.catch((reason: unknown) => (cause = reason));
  const message = errorMessage(cause);
  if (/no space left|MDB_MAP_FULL|disk quota/i.test(message))
    return new StorageFullError(`no space left on the device of ${file}`, { cause });
  return new Error(`Cannot write ${file}: ${message}`, { cause });
}

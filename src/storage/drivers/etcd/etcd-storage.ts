import { errorMessage, type Logger } from '../../../base/log.ts';
import type { Clock } from '../../../base/clock.ts';
import { LruMap } from '../../../client/lru-map.ts';
import { GrpcCode, GrpcError } from '../../../host/grpc-channel.ts';
import { type GrpcDuplexChannel, type GrpcTls, openGrpcDuplexChannel } from '../../../host/grpc-duplex-channel.ts';
import { prefixEnd } from '../../sorted-map.ts';
import {
  FutureRevisionError,
  type ListOptions,
  type ListResult,
  MAX_VALUE_BYTES,
  RevisionCompactedError,
  type Storage,
  StorageFullError,
  type StoredValue,
  ValueTooLargeError,
  type WatchSink,
  type WriteOptions,
  type WriteResult,
} from '../../storage.ts';
import { EtcdWatch } from './etcd-watch.ts';
import {
  decodeRange,
  decodeTxn,
  decodeVersion,
  decodeWatch,
  encodeCompaction,
  encodeRange,
  encodeWatchCreate,
  encodeWrite,
  type RangeRequest,
  type RangeResponse,
} from './messages.ts';

export interface EtcdStorageOptions {
  /** `http://host:port` or `https://host:port`; another is tried when one does not answer. */
  readonly endpoints: readonly string[];
  readonly tls?: GrpcTls | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const KV = '/etcdserverpb.KV';
const TIMEOUT_MS = 10_000;
/** Keys fetched in one request: keeps messages, and the server's memory, small. */
const PAGE = 1000;
const ATTACHMENTS = 4096;

/**
 * The store in an etcd cluster, version 3.4.25 or 3.5.8 or later (before, progress answers could run ahead of events: etcd issue 15220).
 * Every read is linearizable. Rejects when no endpoint answers.
 */
export async function etcdStorage(options: EtcdStorageOptions): Promise<Storage> {
  const storage = new EtcdStorage(options);
  try {
    await storage.checkVersion();
  } catch (error) {
    await storage.close();
    throw new Error(`Cannot use etcd at ${options.endpoints.join(', ')}: ${errorMessage(error)}`, { cause: error });
  }
  return storage;
}

class EtcdStorage implements Storage {
  readonly #options: EtcdStorageOptions;
  readonly #channels: readonly GrpcDuplexChannel[];
  readonly #watches = new Set<EtcdWatch>();
  /** The last values written by this process, so that their events need not be decoded. */
  readonly #written = new LruMap<{ readonly value: Uint8Array; readonly attachment: unknown }>(ATTACHMENTS);
  #current = 0;
  #closed = false;

  constructor(options: EtcdStorageOptions) {
    this.#options = options;
    this.#channels = options.endpoints.map((endpoint) => {
      const { protocol, host } = new URL(endpoint);
      return openGrpcDuplexChannel(host, protocol === 'https:' ? (options.tls ?? {}) : undefined);
    });
    if (this.#channels.length === 0) throw new Error('Cannot use etcd: no endpoint is given');
  }

  async checkVersion(): Promise<void> {
    const version = decodeVersion(await this.#read('/etcdserverpb.Maintenance/Status', new Uint8Array(0)));
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    const early = major < 3 || (major === 3 && (minor < 4 || (minor === 4 && patch < 25) || (minor === 5 && patch < 8)));
    if (early) this.#options.log.warn('this etcd may report progress ahead of events; 3.4.25, 3.5.8 or later is wanted', { version });
  }

  async revision(): Promise<number> {
    return (await this.#range({ key: '\0', limit: 1 })).revision;
  }

  async get(key: string): Promise<StoredValue | undefined> {
    return (await this.#range({ key })).items[0];
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const items: StoredValue[] = [];
    const limit = options.limit ?? Infinity;
    const rangeEnd = prefixEnd(prefix);
    let key = options.from !== undefined && options.from > prefix ? options.from : prefix;
    let revision = options.revision;
    for (;;) {
      const page = await this.#range({ key, rangeEnd, limit: Math.min(limit - items.length, PAGE), revision });
      revision ??= page.revision;
      for (const item of page.items) items.push(item);
      if (!page.more || items.length >= limit) {
        const remaining = page.count - page.items.length;
        return { items, revision, more: remaining > 0, remaining };
      }
      key = `${items.at(-1)?.key ?? ''}\0`;
    }
  }

  create(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<WriteResult> {
    return this.update(key, value, 0, options);
  }

  update(key: string, value: Uint8Array, expectedRevision: number, options: WriteOptions = {}): Promise<WriteResult> {
    if (value.byteLength > MAX_VALUE_BYTES) return Promise.reject(new ValueTooLargeError());
    // Before the write: its event may come before its answer.
    if (options.attachment !== undefined) this.#written.set(key, { value, attachment: options.attachment });
    return this.#write(key, value, expectedRevision);
  }

  async delete(key: string, expectedRevision: number): Promise<WriteResult> {
    if (expectedRevision === 0) return { ok: false, current: await this.get(key) };
    return this.#write(key, undefined, expectedRevision);
  }

  watch(prefix: string, afterRevision: number, sink: WatchSink): () => void {
    if (this.#closed) {
      queueMicrotask(() => sink.onError(closedError()));
      return () => {};
    }
    const watch = new EtcdWatch({
      channel: () => this.#channel(),
      onUnavailable: () => this.#rotate(),
      prefix,
      afterRevision,
      sink,
      clock: this.#options.clock,
      attachmentOf: (key, value) => {
        const written = this.#written.get(key);
        return written && Buffer.compare(written.value, value) === 0 ? written.attachment : undefined;
      },
      onEnd: (ended) => this.#watches.delete(ended),
    });
    this.#watches.add(watch);
    return () => watch.stop();
  }

  requestProgress(prefix?: string): void {
    for (const watch of this.#watches) if (prefix === undefined || watch.prefix === prefix) watch.requestProgress();
  }

  async compact(revision: number): Promise<void> {
    await this.#call(`${KV}/Compact`, encodeCompaction(revision));
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) watch.fail(closedError());
    for (const channel of this.#channels) channel.close();
    return Promise.resolve();
  }

  async #write(key: string, value: Uint8Array | undefined, expected: number): Promise<WriteResult> {
    const { succeeded, revision, current } = decodeTxn(await this.#call(`${KV}/Txn`, encodeWrite(key, value, expected)));
    return succeeded ? { ok: true, revision } : { ok: false, current };
  }

  async #range(request: RangeRequest): Promise<RangeResponse> {
    return decodeRange(await this.#read(`${KV}/Range`, encodeRange(request)));
  }

  /** Reads are asked of every endpoint once before they fail. */
  async #read(method: string, request: Uint8Array): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#call(method, request);
      } catch (error) {
        const unavailable = error instanceof GrpcError && error.code === GrpcCode.Unavailable;
        if (!unavailable || attempt >= this.#channels.length) throw error;
      }
    }
  }

  async #call(method: string, request: Uint8Array): Promise<Uint8Array> {
    if (this.#closed) throw closedError();
    try {
      return await this.#channel().unary(method, request, { timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (this.#closed) throw closedError();
      if (error instanceof GrpcError && error.code === GrpcCode.Unavailable) this.#rotate();
      throw await this.#translated(error);
    }
  }

  /** etcd tells its errors apart by their text. */
  async #translated(error: unknown): Promise<unknown> {
    const message = errorMessage(error);
    if (message.includes('required revision has been compacted')) return new RevisionCompactedError(await this.#compactedRevision());
    if (message.includes('required revision is a future revision')) return new FutureRevisionError(await this.revision());
    if (message.includes('request is too large')) return new ValueTooLargeError();
    if (message.includes('database space exceeded')) return new StorageFullError('etcd', { cause: error });
    return error;
  }

  /** Only a watch that comes too late is told how far history is gone. 0 when it is not known. */
  #compactedRevision(): Promise<number> {
    return new Promise((resolve) => {
      const finish = (revision: number) => {
        call.cancel();
        resolve(revision);
      };
      const call = this.#channel().duplex(
        '/etcdserverpb.Watch/Watch',
        (message) => {
          const response = decodeWatch(message);
          if (!response.created || response.canceled) finish(response.compactRevision);
        },
        () => resolve(0),
      );
      call.send(encodeWatchCreate({ key: '\0', rangeEnd: '\0', startRevision: 1 }));
    });
  }

  #channel(): GrpcDuplexChannel {
    return this.#channels[this.#current % this.#channels.length] as GrpcDuplexChannel;
  }

  #rotate(): void {
    this.#current++;
  }
}

function closedError(): Error {
  return new Error('storage is closed');
}

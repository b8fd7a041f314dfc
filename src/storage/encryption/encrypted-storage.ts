import type { ListOptions, ListResult, Storage, StorageEvent, StoredValue, WatchSink, WriteOptions, WriteResult } from '../storage.ts';
import type { ValueTransformer } from './transformer.ts';

/** A store whose values pass through the transformer of their key. Everything else is the inner store's. */
export function encryptedStorage(inner: Storage, transformerFor: (key: string) => ValueTransformer): Storage {
  return new EncryptedStorage(inner, transformerFor);
}

class EncryptedStorage implements Storage {
  readonly #inner: Storage;
  readonly #transformerFor: (key: string) => ValueTransformer;

  constructor(inner: Storage, transformerFor: (key: string) => ValueTransformer) {
    this.#inner = inner;
    this.#transformerFor = transformerFor;
  }

  revision(): Promise<number> {
    return this.#inner.revision();
  }

  async get(key: string): Promise<StoredValue | undefined> {
    return this.#decoded(await this.#inner.get(key));
  }

  async list(prefix: string, options?: ListOptions): Promise<ListResult> {
    const result = await this.#inner.list(prefix, options);
    return { ...result, items: result.items.map((item) => this.#decoded(item)) };
  }

  async create(key: string, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    return this.#result(await this.#inner.create(key, this.#encoded(key, value), options));
  }

  async update(key: string, value: Uint8Array, expectedRevision: number, options?: WriteOptions): Promise<WriteResult> {
    return this.#result(await this.#inner.update(key, this.#encoded(key, value), expectedRevision, options));
  }

  async delete(key: string, expectedRevision: number): Promise<WriteResult> {
    return this.#result(await this.#inner.delete(key, expectedRevision));
  }

  watch(prefix: string, afterRevision: number, sink: WatchSink): () => void {
    const stop = this.#inner.watch(prefix, afterRevision, {
      onEvents: (events) => {
        let decoded: StorageEvent[];
        try {
          decoded = events.map((event) => this.#event(event));
        } catch (error) {
          stop();
          return sink.onError(error as Error);
        }
        sink.onEvents(decoded);
      },
      onProgress: (revision) => sink.onProgress?.(revision),
      onError: (error) => sink.onError(error),
    });
    return stop;
  }

  requestProgress(prefix?: string): void {
    this.#inner.requestProgress(prefix);
  }

  compact(revision: number): Promise<void> {
    return this.#inner.compact(revision);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #encoded(key: string, value: Uint8Array): Uint8Array {
    return this.#transformerFor(key).toStorage(value, key);
  }

  #decoded<T extends StoredValue | undefined>(stored: T): T {
    if (!stored) return stored;
    const { value, stale } = this.#transformerFor(stored.key).fromStorage(stored.value, stored.key);
    return { ...stored, value, ...(stale && { stale }) };
  }

  #result(result: WriteResult): WriteResult {
    return result.ok ? result : { ok: false, current: this.#decoded(result.current) };
  }

  #event(event: StorageEvent): StorageEvent {
    const { type, key, revision, attachment } = event;
    const decoded = (previous: StoredValue | undefined) => this.#decoded(previous);
    return {
      type,
      key,
      revision,
      value: event.value && this.#transformerFor(key).fromStorage(event.value, key).value,
      ...(attachment !== undefined && { attachment }),
      // Few ask for it; those who do pay for it.
      get previous() {
        return decoded(event.previous);
      },
    };
  }
}

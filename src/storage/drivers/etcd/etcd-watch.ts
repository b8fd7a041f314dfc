import { backoffDelay, type BackoffOptions } from '../../../base/backoff.ts';
import type { Clock, Timer } from '../../../base/clock.ts';
import type { GrpcDuplexCall, GrpcDuplexChannel } from '../../../host/grpc-duplex-channel.ts';
import { prefixEnd } from '../../sorted-map.ts';
import { RevisionCompactedError, type StorageEvent, type WatchSink } from '../../storage.ts';
import { decodeWatch, encodeWatchCreate, encodeWatchProgress, type EtcdEvent } from './messages.ts';

export interface EtcdWatchOptions {
  /** The connection to use for the next attempt. */
  readonly channel: () => GrpcDuplexChannel;
  /** A connection failed: another may be better. */
  readonly onUnavailable: () => void;
  readonly prefix: string;
  readonly afterRevision: number;
  readonly sink: WatchSink;
  readonly clock: Clock;
  /** What this process handed in with the write of this value. */
  readonly attachmentOf: (key: string, value: Uint8Array) => unknown;
  readonly onEnd: (watch: EtcdWatch) => void;
}

const METHOD = '/etcdserverpb.Watch/Watch';
const BACKOFF: BackoffOptions = { baseMs: 100, maxMs: 5000 };

/** One watch, one stream. A broken stream is opened again after the last revision seen, so that its sink only hears of compaction. */
export class EtcdWatch {
  readonly #options: EtcdWatchOptions;
  #revision: number;
  #call: GrpcDuplexCall | undefined;
  #created = false;
  #failures = 0;
  #timer: Timer | undefined;
  #over = false;

  constructor(options: EtcdWatchOptions) {
    this.#options = options;
    this.#revision = options.afterRevision;
    this.#open();
  }

  get prefix(): string {
    return this.#options.prefix;
  }

  requestProgress(): void {
    if (this.#created) this.#call?.send(encodeWatchProgress());
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#call?.cancel();
    this.#options.onEnd(this);
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.stop();
    this.#options.sink.onError(error);
  }

  #open(): void {
    const { channel, prefix } = this.#options;
    this.#created = false;
    const call = channel().duplex(
      METHOD,
      (message) => {
        if (call === this.#call) this.#receive(message);
      },
      () => {
        if (call === this.#call) this.#reopen();
      },
    );
    this.#call = call;
    call.send(encodeWatchCreate({ key: prefix, rangeEnd: prefixEnd(prefix), startRevision: this.#revision + 1 }));
  }

  #reopen(): void {
    if (this.#over) return;
    this.#options.onUnavailable();
    this.#failures++;
    this.#timer = this.#options.clock.schedule(backoffDelay(this.#failures, BACKOFF), () => this.#open());
  }

  #receive(message: Uint8Array): void {
    if (this.#over) return;
    const response = decodeWatch(message);
    if (response.canceled) {
      if (response.compactRevision > 0) return this.fail(new RevisionCompactedError(response.compactRevision));
      return this.fail(new Error(`etcd ended the watch of ${this.prefix}: ${response.cancelReason || 'no reason given'}`));
    }
    this.#failures = 0;
    if (response.created) {
      this.#created = true;
      return;
    }
    const events = response.events.filter((event) => event.item.modRevision > this.#revision).map((event) => this.#storageEvent(event));
    const last = events.at(-1);
    if (last) {
      this.#revision = last.revision;
      this.#options.sink.onEvents(events);
    } else if (response.events.length === 0 && response.revision >= this.#revision) {
      this.#revision = response.revision;
      this.#options.sink.onProgress?.(response.revision);
    }
  }

  #storageEvent({ deleted, item, previous }: EtcdEvent): StorageEvent {
    const { key, value, modRevision } = item;
    if (deleted) return { type: 'delete', key, revision: modRevision, previous };
    const attachment = this.#options.attachmentOf(key, value);
    return { type: 'put', key, value, revision: modRevision, previous, ...(attachment !== undefined && { attachment }) };
  }
}

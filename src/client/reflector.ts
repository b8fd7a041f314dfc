import type { KubeObject } from '../api/object.ts';
import { backoffDelay, type BackoffOptions } from '../base/backoff.ts';
import type { Clock, Random } from '../base/clock.ts';
import { errorMessage, type Logger } from '../base/log.ts';
import { isExpired, isTooManyRequests, StatusError } from '../machinery/status-error.ts';
import type { Status } from '../api/meta/v1.gen.ts';
import type { ResourceClient } from './client.ts';
import type { InformerSelector } from './informer.ts';

/** What a reflector keeps up to date. */
export interface ReflectorStore<T> {
  /** The whole collection, after a list. */
  replace(items: readonly T[]): void;
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly resource: ResourceClient<T>;
  readonly selector: InformerSelector;
  readonly store: ReflectorStore<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const BACKOFF: BackoffOptions = { baseMs: 800, maxMs: 30_000, jitter: 1 };
const MIN_WATCH_SECONDS = 300;
const SHORT_WATCH_MS = 1000;

/**
 * Keeps a store equal to a collection of the API: list, then watch from the list's revision; after a broken watch, watch again from the
 * last revision seen; after 410 list again (k8s.io/client-go/tools/cache, reflector.go). Resolves when the signal aborts; never rejects.
 */
export async function runReflector<T extends KubeObject>(options: ReflectorOptions<T>): Promise<void> {
  await new Reflector(options).run();
}

class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  /** Revision of the last list, event or bookmark. */
  #revision = '';
  /** The server does not know the last revision: the next list must be consistent. */
  #revisionUnavailable = false;
  #failures = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#list();
        while (!signal.aborted) if (!(await this.#watch())) break;
      } catch (error) {
        if (signal.aborted) return;
        this.#noteUnavailable(error);
        this.#options.log.warn('cannot list or watch, will retry', {
          resource: this.#options.resource.ref.resource,
          err: errorMessage(error),
        });
        await this.#pause();
      }
    }
  }

  async #list(): Promise<void> {
    const { resource, selector, store, signal } = this.#options;
    const resourceVersion = this.#revisionUnavailable ? '' : this.#revision || '0';
    const list = await resource.list({ ...selector, resourceVersion: resourceVersion || undefined, signal });
    store.replace(list.items);
    this.#revision = list.metadata.resourceVersion ?? '';
    this.#revisionUnavailable = false;
    this.#failures = 0;
  }

  /** One watch. True: watch again from the last revision; false: list again. Throws when the server refuses for another reason. */
  async #watch(): Promise<boolean> {
    const { resource, selector, random, clock, signal } = this.#options;
    const started = clock.monotonic();
    let events = 0;
    try {
      const timeoutSeconds = Math.floor(MIN_WATCH_SECONDS * (1 + random.float()));
      for await (const event of resource.watch({
        ...selector,
        resourceVersion: this.#revision,
        allowWatchBookmarks: true,
        timeoutSeconds,
        signal,
      })) {
        if (event.type === 'ERROR') throw new StatusError(event.object as Status);
        events++;
        this.#failures = 0;
        this.#revision = event.object.metadata.resourceVersion ?? this.#revision;
        if (event.type !== 'BOOKMARK') this.#options.store.apply(event.type, event.object);
      }
    } catch (error) {
      if (signal.aborted) return true;
      // The list asks for a state at least as fresh as the last one seen.
      if (isExpired(error)) return false;
      if (error instanceof StatusError && !isTooManyRequests(error)) throw error;
      this.#options.log.debug('watch broke, watching again', { resource: resource.ref.resource, err: errorMessage(error) });
      await this.#pause();
      return true;
    }
    // A server that ends watches at once must not be asked in a tight loop.
    if (events === 0 && clock.monotonic() - started < SHORT_WATCH_MS && !signal.aborted) await this.#pause();
    return true;
  }

  #noteUnavailable(error: unknown): void {
    const tooLarge =
      error instanceof StatusError && (error.status.details?.causes ?? []).some((cause) => cause.reason === 'ResourceVersionTooLarge');
    if (isExpired(error) || tooLarge) this.#revisionUnavailable = true;
  }

  async #pause(): Promise<void> {
    const { clock, random, signal } = this.#options;
    this.#failures++;
    await clock.sleep(backoffDelay(this.#failures, BACKOFF, random), signal).catch(() => {}); // Stopped: the loops look at the signal.
  }
}

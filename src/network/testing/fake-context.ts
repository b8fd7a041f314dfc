/** A ComponentContext fed with objects by hand, for tests of components that only read. Its client refuses every call. */
import { keyOf, type KubeObject } from '../../api/object.ts';
import type { Clock } from '../../base/clock.ts';
import { silentLogger, type Logger } from '../../base/log.ts';
import { Client, type ResourceRef } from '../../client/client.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { EventHandler, Informer, InformerFactory } from '../../client/informer.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';

export class FakeInformer<T extends KubeObject> implements Informer<T> {
  readonly ref: ResourceRef<T>;
  readonly #objects = new Map<string, T>();
  readonly #handlers = new Set<EventHandler<T>>();
  readonly #indexes = new Map<string, (object: T) => readonly string[]>();
  readonly hasSynced = true;

  constructor(ref: ResourceRef<T>) {
    this.ref = ref;
  }

  readonly lister = {
    get: (key: string) => this.#objects.get(key),
    list: (namespace?: string) => [...this.#objects.values()].filter((o) => namespace === undefined || o.metadata.namespace === namespace),
    byIndex: (index: string, value: string) => {
      const values = this.#indexes.get(index);
      if (!values) throw new Error(`no index ${index}`);
      return [...this.#objects.values()].filter((o) => values(o).includes(value));
    },
  };

  synced(): Promise<void> {
    return Promise.resolve();
  }

  addHandler(handler: EventHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#objects.values()) handler.onAdd?.(object, true);
    return () => this.#handlers.delete(handler);
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    if (!this.#indexes.has(name)) this.#indexes.set(name, values);
  }

  /** Adds or replaces an object and tells the handlers. */
  set(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const handler of this.#handlers) {
      if (old) handler.onUpdate?.(old, object);
      else handler.onAdd?.(object, false);
    }
  }

  remove(key: string): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    for (const handler of this.#handlers) handler.onDelete?.(old, false);
  }
}

/** One informer per resource: selectors are not applied, so feed only what matches. */
export class FakeInformerFactory implements InformerFactory {
  readonly #informers = new Map<string, FakeInformer<KubeObject>>();

  informer<T extends KubeObject>(ref: ResourceRef<T>): FakeInformer<T> {
    const key = `${ref.group}/${ref.resource}`;
    const known = this.#informers.get(key) as FakeInformer<T> | undefined;
    if (known) return known;
    const made = new FakeInformer<T>(ref);
    this.#informers.set(key, made as unknown as FakeInformer<KubeObject>);
    return made;
  }

  synced(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

export class FakeContext implements ComponentContext {
  readonly informers = new FakeInformerFactory();
  readonly #abort = new AbortController();
  readonly events: string[] = [];
  readonly clock: Clock;
  readonly random = systemRandom;
  readonly log: Logger;
  readonly client = new Client({
    request: (request) => Promise.reject(new Error(`unexpected ${request.method} ${request.path}`)),
    watch: () => {
      throw new Error('unexpected watch');
    },
    stream: () => Promise.reject(new Error('unexpected stream')),
    close: () => Promise.resolve(),
  });
  readonly recorder = {
    event: (about: KubeObject, type: string, reason: string, message: string) => {
      this.events.push(`${about.kind} ${keyOf(about)} ${type} ${reason}: ${message}`);
    },
  };

  constructor(options: { readonly clock?: Clock; readonly log?: Logger } = {}) {
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLogger;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(): void {
    this.#abort.abort();
  }

  set<T extends KubeObject>(ref: ResourceRef<T>, ...objects: T[]): void {
    for (const object of objects) this.informers.informer(ref).set(object);
  }

  remove<T extends KubeObject>(ref: ResourceRef<T>, key: string): void {
    this.informers.informer(ref).remove(key);
  }
}

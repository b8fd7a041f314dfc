import { type KubeObject, keyOf } from '../api/object.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Client, ResourceRef } from './client.ts';
import type { EventHandler, Informer, InformerFactory, InformerSelector, Lister } from './informer.ts';
import { ObjectStore } from './object-store.ts';
import { type ReflectorStore, runReflector } from './reflector.ts';

export interface InformerFactoryOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Informers over a client, one for each resource and selector, shared by everybody who asks. */
export function informerFactory(options: InformerFactoryOptions): InformerFactory {
  return new SharedInformerFactory(options);
}

class SharedInformerFactory implements InformerFactory {
  readonly #options: InformerFactoryOptions;
  readonly #stop = new AbortController();
  readonly #informers = new Map<string, { readonly informer: Informer<KubeObject>; readonly done: Promise<void> }>();

  constructor(options: InformerFactoryOptions) {
    this.#options = options;
  }

  informer<T extends KubeObject>(ref: ResourceRef<T>, selector: InformerSelector = {}): Informer<T> {
    const id = [ref.group, ref.version, ref.resource, selector.namespace, selector.labelSelector, selector.fieldSelector].join('\n');
    const existing = this.#informers.get(id);
    // The id names the resource, hence the type.
    if (existing) return existing.informer as unknown as Informer<T>;
    const { client, clock, random, log } = this.#options;
    const informer = new SharedInformer<T>(ref, log);
    const done = runReflector({ resource: client.resource(ref), selector, store: informer, clock, random, log, signal: this.#stop.signal });
    this.#informers.set(id, { informer: informer as unknown as Informer<KubeObject>, done });
    return informer;
  }

  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(({ informer }) => informer.synced()));
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('informers stopped'));
    await Promise.all([...this.#informers.values()].map(({ done }) => done));
  }
}

interface Subscription<T> {
  readonly handler: EventHandler<T>;
  /** False until it has been given what was there when it came. */
  active: boolean;
}

/** The store of one resource and those who hear of its changes. Made and fed by the factory's reflector. */
class SharedInformer<T extends KubeObject> implements Informer<T>, ReflectorStore<T> {
  readonly ref: ResourceRef<T>;
  readonly #log: Logger;
  readonly #store = new ObjectStore<T>();
  readonly #subscriptions = new Set<Subscription<T>>();
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(ref: ResourceRef<T>, log: Logger) {
    this.ref = ref;
    this.#log = log;
  }

  get lister(): Lister<T> {
    return this.#store;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  synced(): Promise<void> {
    return this.#synced.promise;
  }

  addHandler(handler: EventHandler<T>): () => void {
    const subscription: Subscription<T> = { handler, active: false };
    this.#subscriptions.add(subscription);
    // Not at once: the caller may not have finished setting itself up.
    queueMicrotask(() => {
      if (!this.#subscriptions.has(subscription)) return;
      subscription.active = true;
      for (const object of this.#store.list()) this.#tell(subscription, (each) => each.onAdd?.(object, true));
    });
    return () => void this.#subscriptions.delete(subscription);
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    this.#store.addIndex(name, values);
  }

  replace(items: readonly T[]): void {
    const initial = !this.#hasSynced;
    const gone = new Set(this.#store.keys());
    for (const item of items) {
      gone.delete(keyOf(item));
      this.#put(item, initial);
    }
    for (const key of gone) {
      const last = this.#store.delete(key);
      if (last) this.#tellAll((handler) => handler.onDelete?.(last, true));
    }
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    if (type !== 'DELETED') return this.#put(object, false);
    this.#store.delete(keyOf(object));
    this.#tellAll((handler) => handler.onDelete?.(object, false));
  }

  #put(object: T, initial: boolean): void {
    const before = this.#store.get(keyOf(object));
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion && before.metadata.uid === object.metadata.uid)
      return;
    this.#store.set(keyOf(object), object);
    if (before) this.#tellAll((handler) => handler.onUpdate?.(before, object));
    else this.#tellAll((handler) => handler.onAdd?.(object, initial));
  }

  #tellAll(call: (handler: EventHandler<T>) => void): void {
    for (const subscription of this.#subscriptions) if (subscription.active) this.#tell(subscription, call);
  }

  #tell({ handler }: Subscription<T>, call: (handler: EventHandler<T>) => void): void {
    try {
      call(handler);
    } catch (error) {
      this.#log.error('an event handler failed', error, { resource: this.ref.resource });
    }
  }
}

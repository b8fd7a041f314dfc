/** Every store of the server, built-in and custom, and read access to them for the server's own parts. */
import type { AnyObject } from '../../api/object.ts';
import { groupVersionString, type ResourceDefinition } from '../../api/surface.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { Storage } from '../../storage/storage.ts';
import { WatchCache } from '../../storage/watch-cache.ts';
import type { UserInfo } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import type { ObjectEvent, ObjectReader, RegistryReader } from './reader.ts';
import { ResourceStore } from './store.ts';
import type { Strategy } from './strategy.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** Writes that the server makes by itself carry this name. */
const SERVER_USER: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
const noCheck = async () => {};

export interface RegistryOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export class Registry implements RegistryReader {
  readonly #options: RegistryOptions;
  readonly #stores = new Map<string, ResourceStore>();
  readonly #served = new Map<string, ServedResource>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** The store of a group's resource, made on first use. All versions of a resource share it. */
  store(definition: ResourceDefinition, strategy: Strategy): ResourceStore {
    const id = `${definition.group}/${definition.resource}`;
    let store = this.#stores.get(id);
    if (store) return store;
    const { storage, clock, random, log } = this.#options;
    const prefix = `/registry/${definition.group === '' ? '' : `${definition.group}/`}${definition.resource}/`;
    const stored = { ...definition, ...definition.storedAs };
    const cache = new WatchCache({
      storage, prefix, clock, log,
      apiVersion: groupVersionString(stored),
      kind: definition.kind,
      indexes: strategy.selectableFieldNames?.includes('spec.nodeName') ? { 'spec.nodeName': nodeNameOf } : {},
    });
    store = new ResourceStore({ definition, strategy, storage, cache, prefix, clock, random, registry: this });
    this.#stores.set(id, store);
    return store;
  }

  serve(served: ServedResource): void {
    const { group, version, resource } = served.definition;
    this.#served.set(`${group}/${version}/${resource}`, served);
  }

  /** Takes a resource's version off the air; with `dropStore` its cache too. */
  withdraw(group: string, version: string, resource: string, dropStore = false): void {
    this.#served.delete(`${group}/${version}/${resource}`);
    if (!dropStore) return;
    this.#stores.get(`${group}/${resource}`)?.cache.stop();
    this.#stores.delete(`${group}/${resource}`);
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#served.get(`${group}/${version}/${resource}`);
  }

  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    for (const served of this.#served.values()) {
      const d = served.definition;
      if (d.group === group && d.version === version && d.kind === kind) return served;
    }
    return undefined;
  }

  allServed(): readonly ServedResource[] {
    return [...this.#served.values()];
  }

  /** Resolves when every cache holds the storage's state. */
  async ready(): Promise<void> {
    await Promise.all([...this.#stores.values()].map((s) => s.cache.ready()));
  }

  stop(): void {
    for (const store of this.#stores.values()) store.cache.stop();
  }

  reader(group: string, resource: string): ObjectReader {
    const store = this.#storeOf(group, resource);
    return {
      get: (namespace, name) => store.find(namespace, name)?.object as AnyObject | undefined,
      list: (namespace) => store.cache.list({ prefix: namespace ? `${store.prefix}${namespace}/` : store.prefix }).items.map((item) => item.object as AnyObject),
      subscribe: (onEvent) => subscribe(store, onEvent),
    };
  }

  async create(group: string, resource: string, object: AnyObject): Promise<AnyObject> {
    return this.#storeOf(group, resource).create(deepCopy(object), { user: SERVER_USER, dryRun: false }, noCheck);
  }

  async update(group: string, resource: string, namespace: string, name: string, change: (current: AnyObject) => AnyObject): Promise<AnyObject> {
    const written = await this.#storeOf(group, resource).update({
      namespace, name, user: SERVER_USER, dryRun: false, part: 'raw', toCurrent: true, check: noCheck,
      // The store only calls back without a current object when creation is allowed.
      change: async (current) => deepCopy(change(current as AnyObject)),
    });
    return written.object;
  }

  async delete(group: string, resource: string, namespace: string, name: string): Promise<void> {
    await this.#storeOf(group, resource).delete({ namespace, name, user: SERVER_USER, dryRun: false, options: { gracePeriodSeconds: 0 }, check: noCheck });
  }

  #storeOf(group: string, resource: string): ResourceStore {
    const store = this.#stores.get(`${group}/${resource}`);
    if (!store) throw new Error(`Cannot read ${resource}.${group}: the server has no such resource`);
    return store;
  }
}

function nodeNameOf(object: CachedObject): string {
  return ((object.object as AnyObject)['spec'] as { nodeName?: string } | undefined)?.nodeName ?? '';
}

function subscribe(store: ResourceStore, onEvent: (event: ObjectEvent) => void): () => void {
  let stopped = false;
  let stop = () => {};
  const begin = () => {
    if (stopped) return;
    const watching = store.cache.watch({
      afterRevision: 0,
      sendInitialEvents: true,
      sink: {
        send: (event) => {
          if (event.type !== 'BOOKMARK') onEvent({ type: event.type, object: event.object.object as AnyObject });
          return true;
        },
        // The cache lists anew after its storage's watch broke; state is sent again as ADDED.
        end: () => void (!stopped && store.cache.ready().then(begin, () => undefined)),
      },
    });
    stop = () => watching.stop();
  };
  store.cache.ready().then(begin, () => undefined);
  return () => {
    stopped = true;
    stop();
  };
}

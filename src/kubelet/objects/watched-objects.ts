/** Objects that pods refer to by name, each watched while a pod on this node uses it (pkg/kubelet/util/manager, watch-based). */
import type { KubeObject } from '../../api/object.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { runReflector, type ReflectorStore } from '../../client/reflector.ts';
import { isForbidden, notFound } from '../../machinery/status-error.ts';

export interface WatchedObjectsOptions<T extends KubeObject> {
  readonly client: Client;
  readonly ref: ResourceRef<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** An object changed, came or went: what pods made of it is stale. */
  onChange(namespace: string, name: string, podUids: ReadonlySet<string>): void;
}

/** How often a refused read is tried again at once: the authoriser learns of a new pod a moment after the kubelet. */
const REFUSED_RETRIES = 20;
const REFUSED_PAUSE_MS = 50;

export class WatchedObjects<T extends KubeObject> {
  readonly #options: WatchedObjectsOptions<T>;
  readonly #watches = new Map<string, Watch<T>>();

  constructor(options: WatchedObjectsOptions<T>) {
    this.#options = options;
  }

  /** The object as a pod's user sees it: the watch's copy, or a fresh one before the watch is there. Rejects with NotFound. */
  async get(namespace: string, name: string): Promise<T> {
    const watch = this.#watches.get(`${namespace}/${name}`);
    if (watch?.synced) {
      if (watch.object) return watch.object;
      throw notFound(this.#options.ref, name);
    }
    return this.#read(namespace, name);
  }

  /** Says which objects a pod uses now, by name in its namespace; replaces what it said before. None ends its use. */
  use(podUid: string, namespace: string, names: ReadonlySet<string>): void {
    for (const name of names) {
      const key = `${namespace}/${name}`;
      const watch = this.#watches.get(key) ?? this.#start(key, namespace, name);
      watch.users.add(podUid);
    }
    for (const [key, watch] of this.#watches) {
      if (!watch.users.has(podUid) || (watch.namespace === namespace && names.has(watch.name))) continue;
      watch.users.delete(podUid);
      if (watch.users.size > 0) continue;
      watch.stop.abort();
      this.#watches.delete(key);
    }
  }

  #start(key: string, namespace: string, name: string): Watch<T> {
    const { client, ref, clock, random, log, signal } = this.#options;
    const watch = new Watch<T>(namespace, name, (users) => this.#options.onChange(namespace, name, users));
    this.#watches.set(key, watch);
    const selector = { namespace, fieldSelector: `metadata.name=${name}` };
    const stopped = AbortSignal.any([signal, watch.stop.signal]);
    void runReflector({ resource: client.resource(ref), selector, store: watch, clock, random, log, signal: stopped });
    return watch;
  }

  async #read(namespace: string, name: string): Promise<T> {
    const { client, ref, clock, signal } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await client.resource(ref).get(name, { namespace });
      } catch (error) {
        if (!isForbidden(error) || attempt >= REFUSED_RETRIES) throw error;
        await clock.sleep(REFUSED_PAUSE_MS, signal);
      }
    }
  }
}

class Watch<T extends KubeObject> implements ReflectorStore<T> {
  readonly namespace: string;
  readonly name: string;
  readonly users = new Set<string>();
  readonly stop = new AbortController();
  readonly #changed: (users: ReadonlySet<string>) => void;
  synced = false;
  object: T | undefined;

  constructor(namespace: string, name: string, changed: (users: ReadonlySet<string>) => void) {
    this.namespace = namespace;
    this.name = name;
    this.#changed = changed;
  }

  replace(items: readonly T[]): void {
    const [object] = items;
    const same = this.synced && object?.metadata.resourceVersion === this.object?.metadata.resourceVersion;
    this.object = object;
    this.synced = true;
    if (!same) this.#changed(this.users);
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    this.object = type === 'DELETED' ? undefined : object;
    this.#changed(this.users);
  }
}

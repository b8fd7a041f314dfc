/** A RegistryReader on plain maps, for tests of whatever reads through one. Objects are handed out as they are: do not change them. */
import type { AnyObject } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { alreadyExists, notFound } from '../../machinery/status-error.ts';
import type { ObjectEvent, ObjectReader, RegistryReader } from './reader.ts';

type Listener = (event: ObjectEvent) => void;

interface Collection {
  readonly objects: Map<string, AnyObject>;
  readonly listeners: Set<Listener>;
}

export class FakeRegistryReader implements RegistryReader {
  #collections = new Map<string, Collection>();
  #revision = 0;

  /** Puts an object in without checks, telling subscribers. */
  put(group: string, resource: string, object: AnyObject): AnyObject {
    const { objects, listeners } = this.#collection(group, resource);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } };
    const type = objects.has(keyOf(object)) ? 'MODIFIED' : 'ADDED';
    objects.set(keyOf(object), stored);
    for (const listener of listeners) listener({ type, object: stored });
    return stored;
  }

  reader(group: string, resource: string): ObjectReader {
    const { objects, listeners } = this.#collection(group, resource);
    return {
      get: (namespace, name) => objects.get(namespace === '' ? name : `${namespace}/${name}`),
      list: (namespace) => [...objects.values()].filter((o) => !namespace || o.metadata.namespace === namespace),
      subscribe(onEvent) {
        for (const object of objects.values()) onEvent({ type: 'ADDED', object });
        listeners.add(onEvent);
        return () => void listeners.delete(onEvent);
      },
    };
  }

  async create(group: string, resource: string, object: AnyObject): Promise<AnyObject> {
    if (this.#collection(group, resource).objects.has(keyOf(object))) throw alreadyExists({ group, resource }, object.metadata.name ?? '');
    const uid = object.metadata.uid ?? `uid-${this.#revision + 1}`;
    return this.put(group, resource, { ...object, metadata: { ...object.metadata, uid } });
  }

  async update(
    group: string,
    resource: string,
    namespace: string,
    name: string,
    change: (current: AnyObject) => AnyObject,
  ): Promise<AnyObject> {
    const current = this.reader(group, resource).get(namespace, name);
    if (!current) throw notFound({ group, resource }, name);
    return this.put(group, resource, change(current));
  }

  async delete(group: string, resource: string, namespace: string, name: string): Promise<void> {
    const { objects, listeners } = this.#collection(group, resource);
    const key = namespace === '' ? name : `${namespace}/${name}`;
    const object = objects.get(key);
    if (!object) throw notFound({ group, resource }, name);
    objects.delete(key);
    for (const listener of listeners) listener({ type: 'DELETED', object });
  }

  #collection(group: string, resource: string): Collection {
    const key = `${group}/${resource}`;
    let found = this.#collections.get(key);
    if (!found) this.#collections.set(key, (found = { objects: new Map(), listeners: new Set() }));
    return found;
  }
}

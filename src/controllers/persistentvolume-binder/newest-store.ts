import { keyOf, type KubeObject } from '../../api/object.ts';

/** Objects as last seen or written by us, whichever is newer: a watch is always a little behind one's own writes. */
export class NewestStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** False when a newer one is held already. */
  put(object: T): boolean {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    if (held && isNewer(held.metadata.resourceVersion, object.metadata.resourceVersion)) return false;
    this.#objects.set(key, object);
    return true;
  }

  delete(key: string): T | undefined {
    const held = this.#objects.get(key);
    this.#objects.delete(key);
    return held;
  }
}

/** Resource versions of one collection are decimal numbers that grow. */
function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

import type { KubeObject } from '../api/object.ts';
import type { Lister } from './informer.ts';

type IndexFunction<T> = (object: T) => readonly string[];

/** Objects by key, with indexes (k8s.io/client-go/tools/cache, thread_safe_store.go). The namespace index is always there. */
export class ObjectStore<T extends KubeObject> implements Lister<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { readonly of: IndexFunction<T>; readonly values: Map<string, Map<string, T>> }>();

  constructor() {
    this.addIndex(NAMESPACE, (object) => [object.metadata.namespace ?? '']);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): T[] {
    return namespace ? this.byIndex(NAMESPACE, namespace) : [...this.#objects.values()];
  }

  byIndex(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (!found) throw new Error(`Cannot look up by "${index}": no such index was added`);
    return [...(found.values.get(value)?.values() ?? [])];
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const values = new Map<string, Map<string, T>>();
    this.#indexes.set(name, { of, values });
    for (const [key, object] of this.#objects) enter(values, of(object), key, object);
  }

  /** Returns what was there before. */
  set(key: string, object: T): T | undefined {
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const { of, values } of this.#indexes.values()) {
      const now = of(object);
      if (before)
        leave(
          values,
          of(before).filter((value) => !now.includes(value)),
          key,
        );
      enter(values, now, key, object);
    }
    return before;
  }

  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (!before) return undefined;
    this.#objects.delete(key);
    for (const { of, values } of this.#indexes.values()) leave(values, of(before), key);
    return before;
  }
}

const NAMESPACE = 'namespace';

function enter<T>(values: Map<string, Map<string, T>>, entered: readonly string[], key: string, object: T): void {
  for (const value of entered) {
    let set = values.get(value);
    if (!set) values.set(value, (set = new Map()));
    set.set(key, object);
  }
}

function leave<T>(values: Map<string, Map<string, T>>, left: readonly string[], key: string): void {
  for (const value of left) {
    const set = values.get(value);
    set?.delete(key);
    if (set?.size === 0) values.delete(value);
  }
}

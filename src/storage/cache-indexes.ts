import type { CacheChange } from './cache-event.ts';
import type { CachedObject } from './cached-object.ts';

export type IndexFunctions = Readonly<Record<string, (object: CachedObject) => string>>;

/** Objects decoded before others get a turn. */
const CHUNK = 200;

/** The current objects of a cache by the values of its hot selectors. */
export class CacheIndexes {
  readonly #indexes: ReadonlyMap<
    string,
    { readonly of: (object: CachedObject) => string; readonly values: Map<string, Map<string, CachedObject>> }
  >;

  constructor(functions: IndexFunctions) {
    this.#indexes = new Map(Object.entries(functions).map(([name, of]) => [name, { of, values: new Map() }]));
  }

  /** In key order. */
  find(index: string, value: string): CachedObject[] {
    const found = this.#indexes.get(index)?.values.get(value);
    return found ? [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)) : [];
  }

  /** Begins anew with these objects. Each has to be decoded: in pieces, because nobody else gets a turn meanwhile. */
  async fill(objects: readonly (readonly [string, CachedObject])[]): Promise<void> {
    for (const { values } of this.#indexes.values()) values.clear();
    if (this.#indexes.size === 0) return;
    for (const [i, [key, object]] of objects.entries()) {
      for (const { of, values } of this.#indexes.values()) entry(values, of(object)).set(key, object);
      if (i % CHUNK === CHUNK - 1) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Moves the change's object; returns the (index, value) pairs that the change concerns. */
  apply({ key, current, previous }: CacheChange): [string, string][] {
    const concerned: [string, string][] = [];
    for (const [name, { of, values }] of this.#indexes) {
      const before = previous && of(previous);
      const now = current && of(current);
      if (before !== undefined) concerned.push([name, before]);
      if (now !== undefined && now !== before) concerned.push([name, now]);
      if (before !== undefined && before !== now) {
        const set = values.get(before);
        set?.delete(key);
        if (set?.size === 0) values.delete(before);
      }
      if (current && now !== undefined) entry(values, now).set(key, current);
    }
    return concerned;
  }
}

function entry(values: Map<string, Map<string, CachedObject>>, value: string): Map<string, CachedObject> {
  let set = values.get(value);
  if (!set) values.set(value, (set = new Map()));
  return set;
}

import type { CacheChange } from './cache-event.ts';
import type { CacheWatcher } from './cache-watcher.ts';

/**
 * Who must hear of a change. A watcher is in one group: of one index value, of one key, of one namespace, or of everything; a change is
 * offered to the few groups it concerns, so that thousands of watchers of other values cost nothing.
 */
export class WatcherGroups {
  readonly #prefix: string;
  readonly #groups = new Map<string, Set<CacheWatcher>>();
  readonly #groupOf = new Map<CacheWatcher, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#groupOf.size;
  }

  add(watcher: CacheWatcher, trigger: { readonly index: string; readonly value: string } | undefined): void {
    const { key, prefix } = watcher.options;
    const group = trigger ? triggerGroup(trigger.index, trigger.value) : key !== undefined ? `key ${key}` : prefixGroup(prefix);
    let set = this.#groups.get(group);
    if (!set) this.#groups.set(group, (set = new Set()));
    set.add(watcher);
    this.#groupOf.set(watcher, group);
  }

  remove(watcher: CacheWatcher): void {
    const group = this.#groupOf.get(watcher);
    if (group === undefined) return;
    this.#groupOf.delete(watcher);
    const set = this.#groups.get(group);
    set?.delete(watcher);
    if (set?.size === 0) this.#groups.delete(group);
  }

  all(): Iterable<CacheWatcher> {
    return [...this.#groupOf.keys()];
  }

  /** Those that are not up to date with the last change. */
  behind(): CacheWatcher[] {
    const out: CacheWatcher[] = [];
    for (const watcher of this.#groupOf.keys()) if (!watcher.live) out.push(watcher);
    return out;
  }

  dispatch(change: CacheChange, concerned: readonly (readonly [string, string])[]): void {
    if (this.#groupOf.size === 0) return;
    this.#offer(prefixGroup(this.#prefix), change);
    // Watchers may ask for any folder below the resource's: its namespaces, as a rule.
    for (let slash = change.key.indexOf('/', this.#prefix.length); slash > 0; slash = change.key.indexOf('/', slash + 1)) {
      this.#offer(prefixGroup(change.key.slice(0, slash + 1)), change);
    }
    this.#offer(`key ${change.key}`, change);
    for (const [index, value] of concerned) this.#offer(triggerGroup(index, value), change);
  }

  #offer(group: string, change: CacheChange): void {
    const set = this.#groups.get(group);
    if (set) for (const watcher of set) if (watcher.live) watcher.offer(change);
  }
}

function prefixGroup(prefix: string): string {
  return `prefix ${prefix}`;
}

function triggerGroup(index: string, value: string): string {
  return `index ${index}=${value}`;
}

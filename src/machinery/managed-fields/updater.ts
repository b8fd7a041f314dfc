/** Who owns what after an update or an apply (structured-merge-diff merge.Updater). Changes the managers it is given. */
import { jsonEqual } from '../patch/values.ts';
import { compare, type Comparison } from './compare.ts';
import { ApplyConflictError } from './conflict.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import { mergeTyped } from './merge.ts';
import type { ManagedSet, ManagerId, Managers } from './managers.ts';
import { withNamedFields } from './named-fields.ts';
import { reconcile } from './reconcile.ts';
import { removeItems } from './remove.ts';
import { toFieldSet } from './to-field-set.ts';
import type { Lazy } from './type.ts';

/** An object in one version. */
export interface Typed {
  readonly type: Lazy;
  readonly value: unknown;
}

export interface UpdaterOptions {
  /** Version of the request, `apps/v1`. */
  readonly apiVersion: string;
  readonly type: Lazy;
  /** The value in another version; undefined when that version is served no more, and its managers are forgotten. */
  convert(value: unknown, apiVersion: string): Typed | undefined;
  /** Fields that the storage resets in this request: they never become the manager's. */
  readonly filter: ((set: FieldSet) => FieldSet) | undefined;
}

type ByVersion = Map<string, Comparison | undefined>;

export class Updater {
  readonly #options: UpdaterOptions;

  constructor(options: UpdaterOptions) {
    this.#options = options;
  }

  /** `next` replaced `live`: what changed becomes `manager`'s. */
  update(live: unknown, next: unknown, managers: Managers, manager: ManagerId): void {
    this.#reconcile(live, managers);
    const comparison = this.#spread(live, next, managers, manager, true);
    const before = managers.get(manager)?.set ?? EMPTY_SET;
    const changed = before.difference(comparison.removed).union(comparison.modified).union(comparison.added);
    const set = this.#withoutReset(changed);
    if (set.empty) managers.delete(manager);
    else managers.set(manager, { set, apiVersion: this.#options.apiVersion, applied: false, time: managers.get(manager)?.time });
  }

  /**
   * Merges `config` into `live`, takes away what `manager` applied before and nobody owns now. Returns the object, undefined when it is the
   * live one unchanged. Throws ApplyConflictError unless `force`.
   */
  apply(live: unknown, config: unknown, managers: Managers, manager: ManagerId, force: boolean): unknown {
    const { type, apiVersion } = this.#options;
    this.#reconcile(live, managers);
    const merged = mergeTyped(type, live, config);
    const last = managers.get(manager);
    const set = this.#withoutReset(toFieldSet(type, config));
    managers.set(manager, { set, apiVersion, applied: true, time: last?.time });
    const pruned = this.#prune(merged, managers, last);
    this.#spread(live, pruned, managers, manager, force);
    return jsonEqual(live, pruned) ? undefined : pruned;
  }

  #withoutReset(set: FieldSet): FieldSet {
    return this.#options.filter ? this.#options.filter(set) : set;
  }

  #in(value: unknown, apiVersion: string): Typed | undefined {
    return apiVersion === this.#options.apiVersion ? { type: this.#options.type, value } : this.#options.convert(value, apiVersion);
  }

  #reconcile(live: unknown, managers: Managers): void {
    for (const [id, managed] of managers) {
      const typed = this.#in(live, managed.apiVersion);
      if (!typed) {
        managers.delete(id);
        continue;
      }
      const set = reconcile(managed.set, typed.type);
      if (set !== managed.set) managers.set(id, { ...managed, set });
    }
  }

  /** Takes from the others what changed and what is gone. */
  #spread(live: unknown, next: unknown, managers: Managers, workflow: ManagerId, force: boolean): Comparison {
    const own = this.#filtered(compare(this.#options.type, live, next));
    const versions: ByVersion = new Map([[this.#options.apiVersion, own]]);
    const conflicts = new Map<ManagerId, FieldSet>();
    const removed = new Map<ManagerId, FieldSet>();
    for (const [id, managed] of managers) {
      if (id === workflow) continue;
      const comparison = this.#comparisonIn(versions, managed.apiVersion, live, next);
      if (!comparison) {
        managers.delete(id);
        continue;
      }
      const conflict = managed.set.intersection(comparison.modified.union(comparison.added));
      if (!conflict.empty) conflicts.set(id, conflict);
      if (!comparison.removed.empty) removed.set(id, comparison.removed);
    }
    if (!force && conflicts.size > 0) throw ApplyConflictError.of(conflicts);
    for (const losses of [conflicts, removed]) for (const [id, set] of losses) lose(managers, id, set);
    for (const [id, managed] of managers) if (managed.set.empty) managers.delete(id);
    return own;
  }

  #comparisonIn(versions: ByVersion, apiVersion: string, live: unknown, next: unknown): Comparison | undefined {
    if (versions.has(apiVersion)) return versions.get(apiVersion);
    const before = this.#in(live, apiVersion);
    const after = this.#in(next, apiVersion);
    const comparison = before && after ? this.#filtered(compare(before.type, before.value, after.value)) : undefined;
    versions.set(apiVersion, comparison);
    return comparison;
  }

  #filtered(comparison: Comparison): Comparison {
    if (!this.#options.filter) return comparison;
    const { added, modified, removed } = comparison;
    return { added: this.#withoutReset(added), modified: this.#withoutReset(modified), removed: this.#withoutReset(removed) };
  }

  /** Removes what the applier applied last time, but not now, and nobody else claims. */
  #prune(merged: unknown, managers: Managers, last: ManagedSet | undefined): unknown {
    if (!last || last.set.empty) return merged;
    const typed = this.#in(merged, last.apiVersion);
    if (!typed) return merged;
    const lastSet = withNamedFields(last.set, typed.type);
    let pruned = removeItems(typed.type, typed.value, lastSet);
    pruned = this.#addBackOwned(typed, pruned, last.apiVersion, managers);
    pruned = addBackDangling(typed, pruned, lastSet);
    if (last.apiVersion === this.#options.apiVersion) return pruned;
    // Pruned in the version of the last apply: what it lacks is taken from the object in this version.
    const gone = compare(typed.type, typed.value, pruned).removed;
    return removeItems(this.#options.type, merged, gone);
  }

  #addBackOwned(merged: Typed, pruned: unknown, version: string, managers: Managers): unknown {
    const owned = new Map<string, FieldSet>();
    for (const { apiVersion, set } of managers.values()) owned.set(apiVersion, (owned.get(apiVersion) ?? EMPTY_SET).union(set));
    let out = pruned;
    const first = owned.get(version);
    if (first) out = addBack(merged, out, first);
    for (const [apiVersion, set] of owned) {
      // Other versions of a kind name nearly all fields alike; what they own is kept by the same paths.
      if (apiVersion !== version) out = addBack(merged, out, set);
    }
    return out;
  }
}

function lose(managers: Managers, id: ManagerId, set: FieldSet): void {
  const managed = managers.get(id);
  if (managed) managers.set(id, { ...managed, set: managed.set.difference(set) });
}

function addBack({ type, value }: Typed, pruned: unknown, owned: FieldSet): unknown {
  const all = withNamedFields(toFieldSet(type, value), type);
  const kept = withNamedFields(toFieldSet(type, pruned), type).union(withNamedFields(owned, type));
  return removeItems(type, value, all.difference(kept));
}

/** Only what the applier itself owned may go. */
function addBackDangling({ type, value }: Typed, pruned: unknown, last: FieldSet): unknown {
  const kept = withNamedFields(toFieldSet(type, pruned), type);
  const all = withNamedFields(toFieldSet(type, value), type);
  return removeItems(type, value, all.difference(kept).intersection(last));
}

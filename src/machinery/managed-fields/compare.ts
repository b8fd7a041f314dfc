/** What differs between two values of a type (structured-merge-diff typed.Compare). */
import { isObject, jsonEqual, type JsonObject } from '../patch/values.ts';
import { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldType, isSettled, kindOf, TypedError, type Atom, type Lazy, type ListType, type MapType } from './type.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** `undefined` on either side: absent there. Throws TypedError when an associative list cannot be read. */
export function compare(type: Lazy, left: unknown, right: unknown): Comparison {
  const walker = new CompareWalker();
  walker.visit(type(), left, right);
  return walker.comparison;
}

class CompareWalker {
  readonly comparison: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  readonly #path: PathElement[] = [];

  /** Both sides of one place; at least one is there. */
  visit(atom: Atom, left: unknown, right: unknown): void {
    if (left === right && left !== undefined) return;
    const leftKind = kindOf(atom, left);
    const rightKind = kindOf(atom, right);
    let leaf: boolean;
    // Null and absent take whatever form the other side has.
    if (right === undefined) leaf = this.#visitKind(atom, leftKind, left, right);
    else if (left === undefined || (leftKind === rightKind && isSettled(atom, left) === isSettled(atom, right)))
      leaf = this.#visitKind(atom, rightKind, left, right);
    else {
      this.#visitKind(atom, leftKind, left, right);
      leaf = this.#visitKind(atom, rightKind, left, right);
    }
    if (leaf) return;
    if (left === undefined) this.comparison.added.insert(this.#path);
    else if (right === undefined) this.comparison.removed.insert(this.#path);
  }

  /** Returns true when the place is owned as a whole, and was dealt with. */
  #visitKind(atom: Atom, kind: 'map' | 'scalar' | 'list' | undefined, left: unknown, right: unknown): boolean {
    if (kind === 'map' && atom.map)
      return this.#visitMap(atom.map, isObject(left) ? left : undefined, isObject(right) ? right : undefined, left, right);
    if (kind === 'list' && atom.list) {
      return this.#visitList(atom.list, Array.isArray(left) ? left : undefined, Array.isArray(right) ? right : undefined, left, right);
    }
    if (kind === undefined) throw new TypedError('schema error: invalid atom');
    this.#leaf(left, right);
    return true;
  }

  #leaf(left: unknown, right: unknown): void {
    if (left === undefined) this.comparison.added.insert(this.#path);
    else if (right === undefined) this.comparison.removed.insert(this.#path);
    else if (!jsonEqual(left, right)) this.comparison.modified.insert(this.#path);
  }

  #visitMap(type: MapType, left: JsonObject | undefined, right: JsonObject | undefined, rawLeft: unknown, rawRight: unknown): boolean {
    if (type.relationship === 'atomic' || (isEmpty(left) && isEmpty(right))) {
      this.#leaf(rawLeft, rawRight);
      return true;
    }
    if (left) for (const key in left) this.#visitField(type, key, left[key], own(right, key));
    if (right) for (const key in right) if (own(left, key) === undefined) this.#visitField(type, key, undefined, right[key]);
    return false;
  }

  #visitField(type: MapType, key: string, left: unknown, right: unknown): void {
    if (left === right) return;
    const next = fieldType(type, key);
    if (!next) throw new TypedError(`.${key}: field not declared in schema`);
    this.#path.push(fieldElement(key));
    this.visit(next(), left, right);
    this.#path.pop();
  }

  #visitList(type: ListType, left: unknown[] | undefined, right: unknown[] | undefined, rawLeft: unknown, rawRight: unknown): boolean {
    if (type.relationship === 'atomic' || (!left?.length && !right?.length)) {
      this.#leaf(rawLeft, rawRight);
      return true;
    }
    // Most lists have not changed; that is found out faster than what tells their items apart.
    if (left && right && jsonEqual(left, right)) return false;
    const lefts = groupItems(type, left);
    const rights = groupItems(type, right);
    for (const [element, items] of lefts) this.#visitItems(type, element, items, rights.get(element) ?? []);
    for (const [element, items] of rights) if (!lefts.has(element)) this.#visitItems(type, element, [], items);
    return false;
  }

  /** The items with one key; several on a side are duplicates, which are owned as one. */
  #visitItems(type: ListType, element: PathElement, left: readonly unknown[], right: readonly unknown[]): void {
    this.#path.push(element);
    if (left.length <= 1 && right.length <= 1) this.visit(type.element(), left[0], right[0]);
    else if (left.length >= 2 && right.length >= 2) {
      if (!jsonEqual(left, right)) this.comparison.modified.insert(this.#path);
    } else if (left.length >= 2) {
      if (right.length > 0) this.visit(type.element(), undefined, right[0]);
      this.comparison.removed.insert(this.#path);
    } else {
      if (left.length > 0) this.visit(type.element(), left[0], undefined);
      this.comparison.added.insert(this.#path);
    }
    this.#path.pop();
  }
}

const isEmpty = (map: JsonObject | undefined): boolean => {
  if (!map) return true;
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
};

const own = (map: JsonObject | undefined, key: string): unknown => (map && Object.hasOwn(map, key) ? map[key] : undefined);

function groupItems(type: ListType, items: readonly unknown[] | undefined): Map<PathElement, unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  items?.forEach((item, i) => {
    const element = elementAt(type, item, i);
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  });
  return groups;
}

/** itemElement with the place in the message. */
export function elementAt(type: ListType, item: unknown, index: number): PathElement {
  try {
    return itemElement(type, item);
  } catch (error) {
    if (error instanceof TypedError) throw new TypedError(`element ${index}: ${error.message}`);
    throw error;
  }
}

/** A set of fields of an object, as a tree (sigs.k8s.io/structured-merge-diff fieldpath.Set). Treated as immutable once built. */
import { compareElements, type Path, type PathElement } from './path-element.ts';

export class FieldSet {
  /** Fields that are in the set. */
  readonly members: Set<PathElement>;
  /** Fields that have something below them in the set; never an empty set. */
  readonly children: Map<PathElement, FieldSet>;

  constructor(members: Set<PathElement> = new Set(), children: Map<PathElement, FieldSet> = new Map()) {
    this.members = members;
    this.children = children;
  }

  static of(...paths: Path[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** Only while building. The empty path (the whole object) is never in a set. */
  insert(path: Path, from = 0): void {
    const element = path[from];
    if (element === undefined) return;
    if (from === path.length - 1) this.members.add(element);
    else this.descend(element).insert(path, from + 1);
  }

  /** Only while building: the child set, made when missing. */
  descend(element: PathElement): FieldSet {
    let child = this.children.get(element);
    if (!child) {
      child = new FieldSet();
      this.children.set(element, child);
    }
    return child;
  }

  get empty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.empty) return false;
    return true;
  }

  get size(): number {
    let count = this.members.size;
    for (const child of this.children.values()) count += child.size;
    return count;
  }

  has(path: Path, from = 0): boolean {
    const element = path[from];
    if (element === undefined) return false;
    return from === path.length - 1 ? this.members.has(element) : (this.children.get(element)?.has(path, from + 1) ?? false);
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const member of this.members) if (!other.members.has(member)) return false;
    for (const [element, child] of this.children) {
      const mate = other.children.get(element);
      if (!mate || !child.equals(mate)) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (other.empty) return this;
    if (this.empty) return other;
    const children = new Map(this.children);
    for (const [element, child] of other.children) {
      const mine = children.get(element);
      children.set(element, mine ? mine.union(child) : child);
    }
    return new FieldSet(this.members.union(other.members), children);
  }

  intersection(other: FieldSet): FieldSet {
    const children = new Map<PathElement, FieldSet>();
    for (const [element, child] of this.children) {
      const mate = other.children.get(element);
      if (!mate) continue;
      const both = child.intersection(mate);
      if (!both.empty) children.set(element, both);
    }
    return new FieldSet(this.members.intersection(other.members), children);
  }

  /** Without the members of `other`; what lies below a member stays. */
  difference(other: FieldSet): FieldSet {
    if (other.empty) return this;
    return new FieldSet(
      this.members.difference(other.members),
      this.#mapChildren((element, child) => {
        const mate = other.children.get(element);
        return mate ? child.difference(mate) : child;
      }),
    );
  }

  /** Without the members of `other` and all that lies below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.empty) return this;
    return new FieldSet(
      this.members.difference(other.members),
      this.#mapChildren((element, child) => {
        if (other.members.has(element)) return undefined;
        const mate = other.children.get(element);
        return mate ? child.recursiveDifference(mate) : child;
      }),
    );
  }

  #mapChildren(change: (element: PathElement, child: FieldSet) => FieldSet | undefined): Map<PathElement, FieldSet> {
    const children = new Map<PathElement, FieldSet>();
    for (const [element, child] of this.children) {
      const changed = change(element, child);
      if (changed && (changed === child || !changed.empty)) children.set(element, changed);
    }
    return children;
  }

  /** What is in the set below this element. */
  withPrefix(element: PathElement): FieldSet | undefined {
    return this.children.get(element);
  }

  /** Every path, members of a level first, in order. */
  *paths(prefix: Path = []): Generator<Path> {
    for (const member of [...this.members].sort(compareElements)) yield [...prefix, member];
    for (const element of [...this.children.keys()].sort(compareElements)) {
      const child = this.children.get(element);
      if (child) yield* child.paths([...prefix, element]);
    }
  }
}

export const EMPTY_SET: FieldSet = new FieldSet();

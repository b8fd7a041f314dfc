/**
 * A persistent (immutable) sorted map from strings: a B+ tree whose changes copy one path and share the rest. Any version can be kept as a
 * snapshot at no cost, which is what lists at a revision and lists that are written in pieces read from.
 *
 * Order is that of JavaScript strings; it equals byte order for all keys without characters beyond U+FFFF.
 */
const MAX = 32;
const MIN = 12;

class Leaf<V> {
  readonly keys: readonly string[];
  readonly values: readonly V[];
  constructor(keys: readonly string[], values: readonly V[]) {
    this.keys = keys;
    this.values = values;
  }
  get size(): number {
    return this.keys.length;
  }
}

class Branch<V> {
  /** The smallest key below each child when the branch was made: every key of child i is >= keys[i] (i > 0). */
  readonly keys: readonly string[];
  readonly children: readonly Node<V>[];
  readonly size: number;
  constructor(keys: readonly string[], children: readonly Node<V>[]) {
    this.keys = keys;
    this.children = children;
    let size = 0;
    for (const child of children) size += child.size;
    this.size = size;
  }
}

type Node<V> = Leaf<V> | Branch<V>;

const EMPTY = new Leaf<never>([], []);

export class SortedMap<V> {
  readonly #root: Node<V>;

  private constructor(root: Node<V>) {
    this.#root = root;
  }

  static empty<V>(): SortedMap<V> {
    return new SortedMap<V>(EMPTY);
  }

  /** From entries that are sorted already and have no duplicates. Throws when they are not. */
  static fromSorted<V>(entries: readonly (readonly [string, V])[]): SortedMap<V> {
    const per = 24;
    let level: Node<V>[] = [];
    let firsts: string[] = [];
    let last: string | undefined;
    for (let i = 0; i < entries.length; i += per) {
      const part = entries.slice(i, i + per);
      for (const [key] of part) {
        if (last !== undefined && !(last < key)) throw new Error(`Cannot build a sorted map: "${key}" does not follow "${last}"`);
        last = key;
      }
      firsts.push(part[0]?.[0] ?? '');
      level.push(
        new Leaf(
          part.map((e) => e[0]),
          part.map((e) => e[1]),
        ),
      );
    }
    while (level.length > 1) {
      const nodes: Node<V>[] = [];
      const keys: string[] = [];
      for (let i = 0; i < level.length; i += per) {
        nodes.push(new Branch(firsts.slice(i, i + per), level.slice(i, i + per)));
        keys.push(firsts[i] ?? '');
      }
      level = nodes;
      firsts = keys;
    }
    return new SortedMap<V>(level[0] ?? EMPTY);
  }

  get size(): number {
    return this.#root.size;
  }

  get(key: string): V | undefined {
    let node = this.#root;
    while (node instanceof Branch) node = node.children[childIndex(node, key)] as Node<V>;
    const i = lowerBound(node.keys, key);
    return node.keys[i] === key ? node.values[i] : undefined;
  }

  set(key: string, value: V): SortedMap<V> {
    const parts = insert(this.#root, key, value);
    return new SortedMap(parts.length === 1 ? (parts[0] as Node<V>) : new Branch(parts.map(firstKey), parts));
  }

  delete(key: string): SortedMap<V> {
    let root = remove(this.#root, key);
    if (root === this.#root) return this;
    while (root instanceof Branch && root.children.length === 1) root = root.children[0] as Node<V>;
    return new SortedMap(root);
  }

  /** How many keys are smaller than `key`. */
  rank(key: string): number {
    let node = this.#root;
    let count = 0;
    while (node instanceof Branch) {
      const at = childIndex(node, key);
      for (let i = 0; i < at; i++) count += (node.children[i] as Node<V>).size;
      node = node.children[at] as Node<V>;
    }
    return count + lowerBound(node.keys, key);
  }

  /** How many keys lie in [from, until). */
  count(from: string, until: string): number {
    return Math.max(0, this.rank(until) - this.rank(from));
  }

  /** Calls `visit` for the entries of [from, until) in order, until it returns false. Returns false when `visit` did. */
  scan(from: string, until: string, visit: (value: V, key: string) => boolean | void): boolean {
    return scan(this.#root, from, until, visit);
  }

  /** At most `limit` values of [from, until), in order. */
  values(from: string, until: string, limit = Infinity): V[] {
    const out: V[] = [];
    if (limit <= 0) return out;
    this.scan(from, until, (value) => {
      out.push(value);
      return out.length < limit;
    });
    return out;
  }
}

/** The first string after all that begin with `prefix`. */
export function prefixEnd(prefix: string): string {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const code = prefix.charCodeAt(i);
    if (code < 0xffff) return prefix.slice(0, i) + String.fromCharCode(code + 1);
  }
  return '\uffff';
}

/** Index of the first key that is not smaller than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function childIndex<V>(branch: Branch<V>, key: string): number {
  const i = lowerBound(branch.keys, key);
  return branch.keys[i] === key ? i : Math.max(0, i - 1);
}

function firstKey<V>(node: Node<V>): string {
  return node.keys[0] as string;
}

function insert<V>(node: Node<V>, key: string, value: V): Node<V>[] {
  if (node instanceof Branch) {
    const at = childIndex(node, key);
    const parts = insert(node.children[at] as Node<V>, key, value);
    return splitBranch(spliced(node.keys, at, 1, parts.map(firstKey)), spliced(node.children, at, 1, parts));
  }
  const i = lowerBound(node.keys, key);
  if (node.keys[i] === key) return [new Leaf(node.keys, spliced(node.values, i, 1, [value]))];
  return splitLeaf(spliced(node.keys, i, 0, [key]), spliced(node.values, i, 0, [value]));
}

function remove<V>(node: Node<V>, key: string): Node<V> {
  if (node instanceof Leaf) {
    const i = lowerBound(node.keys, key);
    return node.keys[i] === key ? new Leaf(spliced(node.keys, i, 1, []), spliced(node.values, i, 1, [])) : node;
  }
  const at = childIndex(node, key);
  const before = node.children[at] as Node<V>;
  const after = remove(before, key);
  if (after === before) return node;
  if (after.keys.length >= MIN || node.children.length === 1) {
    return new Branch(node.keys, spliced(node.children, at, 1, [after]));
  }
  const left = at > 0 ? at - 1 : at;
  const pair = at > 0 ? [node.children[left] as Node<V>, after] : [after, node.children[at + 1] as Node<V>];
  const merged = merge(pair[0] as Node<V>, pair[1] as Node<V>);
  const keys = merged.map((part, i) => (i === 0 ? (node.keys[left] as string) : firstKey(part)));
  return new Branch(spliced(node.keys, left, 2, keys), spliced(node.children, left, 2, merged));
}

function merge<V>(left: Node<V>, right: Node<V>): Node<V>[] {
  if (left instanceof Leaf && right instanceof Leaf) return splitLeaf([...left.keys, ...right.keys], [...left.values, ...right.values]);
  if (left instanceof Branch && right instanceof Branch)
    return splitBranch([...left.keys, ...right.keys], [...left.children, ...right.children]);
  throw new Error('Cannot merge: the tree is out of balance');
}

function splitLeaf<V>(keys: readonly string[], values: readonly V[]): Node<V>[] {
  if (keys.length <= MAX) return [new Leaf(keys, values)];
  const half = splitPoint(keys.length);
  return [new Leaf(keys.slice(0, half), values.slice(0, half)), new Leaf(keys.slice(half), values.slice(half))];
}

function splitBranch<V>(keys: readonly string[], children: readonly Node<V>[]): Node<V>[] {
  if (keys.length <= MAX) return [new Branch(keys, children)];
  const half = splitPoint(keys.length);
  return [new Branch(keys.slice(0, half), children.slice(0, half)), new Branch(keys.slice(half), children.slice(half))];
}

function splitPoint(length: number): number {
  return length >>> 1;
}

function spliced<T>(list: readonly T[], at: number, remove: number, add: readonly T[]): T[] {
  const out = list.slice();
  out.splice(at, remove, ...add);
  return out;
}

function scan<V>(node: Node<V>, from: string, until: string, visit: (value: V, key: string) => boolean | void): boolean {
  if (node instanceof Branch) {
    for (let i = childIndex(node, from); i < node.children.length; i++) {
      if (i > 0 && (node.keys[i] as string) >= until) return true;
      if (!scan(node.children[i] as Node<V>, from, until, visit)) return false;
    }
    return true;
  }
  for (let i = lowerBound(node.keys, from); i < node.keys.length; i++) {
    const key = node.keys[i] as string;
    if (key >= until) return true;
    if (visit(node.values[i] as V, key) === false) return false;
  }
  return true;
}

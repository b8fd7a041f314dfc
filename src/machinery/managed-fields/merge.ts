/** Puts an applied configuration into a live object (structured-merge-diff TypedValue.Merge): removes nothing. */
import { setKey } from '../../wire/json/set-key.ts';
import { isObject, type JsonObject } from '../patch/values.ts';
import { elementAt } from './compare.ts';
import { fieldElement, printElement, type PathElement } from './path-element.ts';
import { fieldType, kindOf, TypedError, type Atom, type Lazy, type ListType, type MapType } from './type.ts';

/** Leaves of `config` win; lists are ordered as in `config` where it says something. The result may share with both. */
export function mergeTyped(type: Lazy, live: unknown, config: unknown): unknown {
  return visit(type(), live, config);
}

/** undefined: nothing came out. Where the two sides have different forms the right one's counts. */
function visit(atom: Atom, left: unknown, right: unknown): unknown {
  return visitKind(atom, kindOf(atom, right === undefined ? left : right), left, right);
}

function visitKind(atom: Atom, kind: 'map' | 'scalar' | 'list' | undefined, left: unknown, right: unknown): unknown {
  if (kind === 'map' && atom.map) return visitMap(atom.map, left, right);
  if (kind === 'list' && atom.list) return visitList(atom.list, left, right);
  if (kind === undefined) throw new TypedError('schema error: invalid atom');
  return keepRight(left, right);
}

const keepRight = (left: unknown, right: unknown): unknown => (right !== undefined ? right : left);

function visitMap(type: MapType, rawLeft: unknown, rawRight: unknown): unknown {
  const left = isObject(rawLeft) ? rawLeft : {};
  const right = isObject(rawRight) ? rawRight : {};
  if (type.relationship === 'atomic' || (isEmpty(left) && isEmpty(right))) return keepRight(rawLeft, rawRight);
  const out: JsonObject = {};
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const next = fieldType(type, key);
    const inner = [own(left, key), own(right, key)] as const;
    if (inner[0] === undefined && inner[1] === undefined) continue;
    if (!next) throw new TypedError(`.${key}: field not declared in schema`);
    const merged = prefixed(fieldElement(key), () => visit(next(), inner[0], inner[1]));
    if (merged !== undefined) setKey(out, key, merged);
  }
  return isEmpty(out) ? undefined : out;
}

function prefixed<T>(element: PathElement, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof TypedError) throw new TypedError(prefixMessage(element, error.message));
    throw error;
  }
}

/** Paths grow from the inside: `.spec` + `.foo: field not declared`. */
export function prefixMessage(element: PathElement, message: string): string {
  const separator = /^[.[]/.test(message) ? '' : ': ';
  return `${printElement(element)}${separator}${message}`;
}

const isEmpty = (map: JsonObject) => Object.keys(map).length === 0;
const own = (map: JsonObject, key: string) => (Object.hasOwn(map, key) ? map[key] : undefined);

function visitList(type: ListType, rawLeft: unknown, rawRight: unknown): unknown {
  const left = Array.isArray(rawLeft) ? (rawLeft as unknown[]) : [];
  const right = Array.isArray(rawRight) ? (rawRight as unknown[]) : [];
  if (type.relationship === 'atomic' || (left.length === 0 && right.length === 0)) return keepRight(rawLeft, rawRight);
  const out = new ListMerge(type, left, right).run();
  return out.length > 0 ? out : undefined;
}

interface Indexed {
  readonly elements: readonly PathElement[];
  readonly values: ReadonlyMap<PathElement, unknown>;
}

/** Weaves two lists: items of both in the order of the right one, the left one's own items where they stood between them. */
class ListMerge {
  readonly #type: ListType;
  readonly #left: readonly unknown[];
  readonly #l: Indexed;
  readonly #r: Indexed;
  readonly #out: unknown[] = [];
  readonly #merged = new Set<PathElement>();
  readonly #shared: PathElement[];

  constructor(type: ListType, left: readonly unknown[], right: readonly unknown[]) {
    this.#type = type;
    this.#left = left;
    this.#r = indexItems(type, right, false);
    this.#l = indexItems(type, left, true);
    // Items of both lists, in the order they shall have.
    this.#shared = this.#r.elements.filter((element) => this.#l.values.has(element));
  }

  run(): unknown[] {
    const ls = this.#l.elements;
    const rs = this.#r.elements;
    let next = this.#shared.shift();
    let l = 0;
    let r = 0;
    while (l < ls.length || r < rs.length) {
      const left = ls[l];
      const right = rs[r];
      if (left !== undefined && right !== undefined) {
        if (left === right) {
          this.#takeBoth(right);
          l++;
          r++;
          next = this.#shared.shift();
          continue;
        }
        if (this.#r.values.has(left) && next !== undefined && next !== left) {
          // In both lists, but its turn comes later.
          l++;
          continue;
        }
      }
      if (left !== undefined) {
        if (!this.#r.values.has(left)) {
          this.#take(left, this.#left[l], undefined);
          l++;
          continue;
        }
        if (this.#merged.has(left)) l++;
      }
      if (right !== undefined) {
        this.#takeBoth(right);
        r++;
        if (next === right) next = this.#shared.shift();
      }
    }
    return this.#out;
  }

  #takeBoth(element: PathElement): void {
    this.#merged.add(element);
    this.#take(element, this.#l.values.get(element), this.#r.values.get(element));
  }

  #take(element: PathElement, left: unknown, right: unknown): void {
    const merged = prefixed(element, () => visit(this.#type.element(), left, right));
    if (merged !== undefined) this.#out.push(merged);
  }
}

function indexItems(type: ListType, items: readonly unknown[], allowDuplicates: boolean): Indexed {
  const elements: PathElement[] = [];
  const values = new Map<PathElement, unknown>();
  items.forEach((item, i) => {
    const element = elementAt(type, item, i);
    if (!values.has(element)) values.set(element, item);
    else if (allowDuplicates) values.set(element, null);
    else throw new TypedError(`duplicate entries for key ${printElement(element)}`);
    elements.push(element);
  });
  return { elements, values };
}

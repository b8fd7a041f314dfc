/** fieldsV1: the JSON form of a field set in metadata.managedFields. */
import { FieldSet } from './field-set.ts';
import { compareElements, parseElement } from './path-element.ts';

export type FieldsV1 = Readonly<Record<string, unknown>>;

// Objects in caches are shared and never change, so what was read once need not be read again, nor printed.
const read = new WeakMap<object, FieldSet>();
const printed = new WeakMap<FieldSet, FieldsV1>();
const LEAF: FieldsV1 = Object.freeze({});

/** Throws PathElementError when a key is no path element. Elements of unknown kinds are dropped. */
export function fromFieldsV1(fields: FieldsV1 | undefined): FieldSet {
  if (!fields) return new FieldSet();
  let set = read.get(fields);
  if (!set) {
    set = readNode(fields).set ?? new FieldSet();
    read.set(fields, set);
    if (!printed.has(set)) printed.set(set, fields);
  }
  return set;
}

/** The set below a node, and whether the node itself is a member (`.`, or nothing below). */
function readNode(fields: FieldsV1): { set: FieldSet | undefined; isMember: boolean } {
  let set: FieldSet | undefined;
  let isMember = false;
  for (const key of Object.keys(fields)) {
    if (key === '.') {
      isMember = true;
      continue;
    }
    const element = parseElement(key);
    if (element === undefined) continue;
    const value = fields[key];
    const child = readNode(typeof value === 'object' && value !== null ? (value as FieldsV1) : {});
    if (!child.isMember && !child.set) continue;
    set ??= new FieldSet();
    if (child.isMember) set.members.add(element);
    if (child.set) set.children.set(element, child.set);
  }
  return { set, isMember: isMember || set === undefined };
}

/** Keys in upstream's order. The result is shared: never change it. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  let fields = printed.get(set);
  if (!fields) {
    fields = printNode(set, false);
    printed.set(set, fields);
    if (!read.has(fields)) read.set(fields, set);
  }
  return fields;
}

function printNode(set: FieldSet, isMember: boolean): FieldsV1 {
  const out: Record<string, unknown> = {};
  if (isMember) out['.'] = LEAF;
  const elements = set.children.size === 0 ? [...set.members] : [...set.members.union(new Set(set.children.keys()))];
  for (const element of elements.length > 1 ? elements.sort(compareElements) : elements) {
    const child = set.children.get(element);
    out[element] = child ? printNode(child, set.members.has(element)) : LEAF;
  }
  return out;
}

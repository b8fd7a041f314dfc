/** Fits a stored field set to a type that has since become atomic somewhere (structured-merge-diff ReconcileFieldSetWithSchema). */
import { FieldSet } from './field-set.ts';
import { fieldName, type PathElement } from './path-element.ts';
import { type Atom, type Lazy, type MapType } from './type.ts';

// Most sets fit; that is found once for each set and type.
const fitting = new WeakMap<FieldSet, Lazy>();

export function reconcile(set: FieldSet, type: Lazy): FieldSet {
  if (fitting.get(set) === type) return set;
  const change = { remove: new FieldSet(), add: new FieldSet() };
  visit(type(), set, [], false, change);
  const fitted = change.add.empty && change.remove.empty ? set : set.recursiveDifference(change.remove).union(change.add);
  fitting.set(fitted, type);
  return fitted;
}

interface Change {
  readonly remove: FieldSet;
  readonly add: FieldSet;
}

/** `isLeaf`: the place is a member with nothing below it. */
function visit(atom: Atom, set: FieldSet | undefined, path: PathElement[], isLeaf: boolean, change: Change): void {
  if (atom.map) return visitMap(atom.map, set, path, isLeaf, change);
  if (atom.scalar !== undefined || !atom.list) return;
  const list = atom.list;
  if (!isLeaf && list.relationship === 'atomic') return becomeAtomic(path, change);
  if (set) eachElement(set, (element, child, leaf) => visit(list.element(), child, [...path, element], leaf, change));
}

function visitMap(map: MapType, set: FieldSet | undefined, path: PathElement[], isLeaf: boolean, change: Change): void {
  // Untyped maps know no atomic and granular.
  if (map.fields.size === 0 && map.element?.().scalar === 'untyped') return;
  if (!isLeaf && map.relationship === 'atomic') {
    if (set && set.size > 0) becomeAtomic(path, change);
    return;
  }
  if (!set) return;
  eachElement(set, (element, child, leaf) => {
    const name = fieldName(element);
    const next = (name === undefined ? undefined : map.fields.get(name)?.type) ?? map.element;
    if (next) visit(next(), child, [...path, element], leaf, change);
  });
}

function becomeAtomic(path: PathElement[], change: Change): void {
  change.remove.insert(path);
  change.add.insert(path);
}

function eachElement(set: FieldSet, visitElement: (element: PathElement, child: FieldSet | undefined, isLeaf: boolean) => void): void {
  for (const [element, child] of set.children) if (!set.members.has(element)) visitElement(element, child, false);
  for (const element of set.members) {
    const child = set.children.get(element);
    visitElement(element, child, child === undefined);
  }
}

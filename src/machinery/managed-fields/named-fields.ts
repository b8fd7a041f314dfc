import { FieldSet } from './field-set.ts';
import { fieldName, isKey, type PathElement } from './path-element.ts';
import { fieldType, type Atom, type Lazy } from './type.ts';

/** With the declared fields on the way to each path, which sets normally leave out (Set.EnsureNamedFieldsAreMembers). */
export function withNamedFields(set: FieldSet, type: Lazy): FieldSet {
  return visit(set, type());
}

function visit(set: FieldSet, atom: Atom): FieldSet {
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const name = fieldName(element);
    if (name !== undefined && atom.map?.fields.has(name)) members.add(element);
    children.set(element, visit(child, childAtom(atom, element)));
  }
  return new FieldSet(members, children);
}

const NOTHING: Atom = {};

function childAtom(atom: Atom, element: PathElement): Atom {
  const name = fieldName(element);
  if (name !== undefined && atom.map) return fieldType(atom.map, name)?.() ?? NOTHING;
  return isKey(element) && atom.list ? atom.list.element() : NOTHING;
}

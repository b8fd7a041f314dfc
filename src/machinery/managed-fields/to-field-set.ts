/** Every leaf and item that a value mentions (structured-merge-diff TypedValue.ToFieldSet). */
import { isObject, type JsonObject } from '../patch/values.ts';
import { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldType, kindOf, TypedError, type Atom, type Lazy, type ListType, type MapType } from './type.ts';

export function toFieldSet(type: Lazy, value: unknown): FieldSet {
  const set = new FieldSet();
  visit(type(), value, set, []);
  return set;
}

function visit(atom: Atom, value: unknown, set: FieldSet, path: PathElement[]): void {
  const kind = kindOf(atom, value);
  if (kind === 'map' && atom.map) {
    if (atom.map.relationship === 'atomic') set.insert(path);
    else if (isObject(value)) visitMap(atom.map, value, set, path);
  } else if (kind === 'list' && atom.list) {
    if (atom.list.relationship === 'atomic') set.insert(path);
    else if (Array.isArray(value)) visitList(atom.list, value as unknown[], set, path);
  } else if (kind === 'scalar') set.insert(path);
  else throw new TypedError('schema error: invalid atom');
}

function visitMap(type: MapType, map: JsonObject, set: FieldSet, path: PathElement[]): void {
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === undefined) continue;
    const next = fieldType(type, key);
    if (!next) throw new TypedError(`.${key}: field not declared in schema`);
    path.push(fieldElement(key));
    visit(next(), value, set, path);
    // Nulls, empty maps and keys of open maps are owned themselves.
    if (value === null || (isObject(value) && Object.keys(value).length === 0) || !type.fields.has(key)) set.insert(path);
    path.pop();
  }
}

function visitList(type: ListType, list: readonly unknown[], set: FieldSet, path: PathElement[]): void {
  const elements = list.map((item) => itemElement(type, item));
  const counts = new Map<PathElement, number>();
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1);
  elements.forEach((element, i) => {
    path.push(element);
    // Duplicates are owned as one, without what is in them.
    if (counts.get(element) === 1) visit(type.element(), list[i], set, path);
    set.insert(path);
    path.pop();
  });
}

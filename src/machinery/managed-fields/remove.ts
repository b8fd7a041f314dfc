/** A value without the items of a set (structured-merge-diff TypedValue.RemoveItems). */
import { setKey } from '../../wire/json/set-key.ts';
import { isObject, type JsonObject } from '../patch/values.ts';
import type { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { fieldElement } from './path-element.ts';
import { fieldType, kindOf, UNTYPED, type Atom, type Lazy, type ListType, type MapType } from './type.ts';

/** Null when nothing is left. The result may share with `value`. */
export function removeItems(type: Lazy, value: unknown, items: FieldSet): unknown {
  return visit(type(), value, items);
}

function visit(atom: Atom, value: unknown, items: FieldSet): unknown {
  const kind = kindOf(atom, value);
  if (kind === 'map' && atom.map) return isObject(value) ? visitMap(atom.map, value, items) : null;
  if (kind === 'list' && atom.list) return Array.isArray(value) ? visitList(atom.list, value as unknown[], items) : null;
  return value;
}

function visitList(type: ListType, list: readonly unknown[], items: FieldSet): unknown {
  // An atomic list goes as a whole, from where it is a field; nothing in it does.
  if (list.length === 0 || type.relationship === 'atomic') return null;
  const out: unknown[] = [];
  let touched = false;
  for (const item of list) {
    const element = itemElement(type, item);
    if (items.members.has(element)) continue;
    const below = items.withPrefix(element);
    if (!below || below.empty) {
      out.push(item);
      continue;
    }
    touched = true;
    out.push(keepContainer(visit(type.element(), item, below), item));
  }
  return out.length > 0 || touched ? out : null;
}

function visitMap(type: MapType, map: JsonObject, items: FieldSet): unknown {
  if (Object.keys(map).length === 0 || type.relationship === 'atomic') return null;
  const out: JsonObject = {};
  let touched = false;
  for (const key of Object.keys(map)) {
    const element = fieldElement(key);
    if (items.members.has(element)) continue;
    const below = items.withPrefix(element);
    if (!below || below.empty) setKey(out, key, map[key]);
    else {
      touched = true;
      setKey(out, key, keepContainer(visit((fieldType(type, key) ?? (() => UNTYPED))(), map[key], below), map[key]));
    }
  }
  return touched || Object.keys(out).length > 0 ? out : null;
}

/** A container from which things were removed stays, even when it is empty. */
function keepContainer(result: unknown, before: unknown): unknown {
  if (result !== null) return result;
  return Array.isArray(before) ? [] : isObject(before) ? {} : null;
}

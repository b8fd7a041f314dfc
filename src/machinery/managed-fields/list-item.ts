import { keyElement, valueElement, type PathElement } from './path-element.ts';
import { TypedError, type ListType } from './type.ts';
import { isObject } from '../patch/values.ts';
import { goQuote } from '../../wire/json/go-text.ts';

/** What tells an item of an associative list apart. Throws TypedError with upstream's text. */
export function itemElement(list: ListType, item: unknown): PathElement {
  if (list.keys.length > 0) return keyedElement(list, item);
  if (item === null || item === undefined) throw new TypedError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new TypedError('not supported: associative list with lists as elements');
  if (isObject(item)) throw new TypedError("associative list without keys has an element that's a map type");
  return valueElement(item);
}

function keyedElement(list: ListType, item: unknown): PathElement {
  if (item === null || item === undefined) throw new TypedError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new TypedError('associative list with keys may not have non-map elements');
  const fields: [string, unknown][] = [];
  for (const key of list.keys) {
    // A key that is absent takes the field's default; without one it is simply not part of what tells the item apart.
    const value = Object.hasOwn(item, key) && item[key] !== undefined ? item[key] : list.element().map?.fields.get(key)?.default;
    if (value !== undefined && value !== null) fields.push([key, value]);
    else if (value === null && Object.hasOwn(item, key)) fields.push([key, null]);
  }
  if (fields.length === 0) {
    const names = `[${list.keys.map(goQuote).join(' ')}]`;
    throw new TypedError(
      `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
    );
  }
  return keyElement(fields.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

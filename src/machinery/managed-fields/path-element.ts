/**
 * One step of a path into an object, in the text form that fieldsV1 uses: `f:name` (a field), `k:{"name":"a"}` (an item of a keyed list),
 * `v:"x"` (an item of a set), `i:0` (an index). Equal elements have equal texts, so sets can be keyed by them
 * (sigs.k8s.io/structured-merge-diff fieldpath.PathElement).
 */
import { goNumber, goQuote } from '../../wire/json/go-text.ts';
import { marshalGo } from '../../wire/json/stringify.ts';
import { parseJson } from '../../wire/json/parse.ts';

export type PathElement = string;
export type Path = readonly PathElement[];

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const valueElement = (value: unknown): PathElement => `v:${marshalGo(value)}`;

/** `fields` sorted by name. */
export function keyElement(fields: readonly (readonly [name: string, value: unknown])[]): PathElement {
  return `k:{${fields.map(([name, value]) => `${JSON.stringify(name)}:${marshalGo(value)}`).join(',')}}`;
}

/** The name, when the element is a field. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

export const isKey = (element: PathElement): boolean => element.startsWith('k:');

/** Path of fields, as in `fieldPathOf('spec', 'replicas')`. */
export const fieldPathOf = (...names: string[]): Path => names.map(fieldElement);

export class PathElementError extends Error {}

// What others wrote may be spaced or escaped otherwise; the same few elements come again and again.
const canonical = new Map<string, PathElement | undefined>();
const MAX_REMEMBERED = 10_000;

/** Reads an element; undefined for a kind that is not known (to be ignored). Throws PathElementError. */
export function parseElement(text: string): PathElement | undefined {
  if (text.startsWith('f:')) return text;
  if (canonical.has(text)) return canonical.get(text);
  const element = parseOther(text);
  if (canonical.size >= MAX_REMEMBERED) canonical.clear();
  canonical.set(text, element);
  return element;
}

function parseOther(text: string): PathElement | undefined {
  if (text.length < 2) throw new PathElementError('key must be 2 characters long:');
  if (text.charAt(1) !== ':') throw new PathElementError(`missing colon: ${text}`);
  const rest = text.slice(2);
  switch (text.charAt(0)) {
    case 'v':
      return valueElement(readJson(rest));
    case 'k': {
      const key = readJson(rest);
      if (typeof key !== 'object' || key === null) throw new PathElementError(`invalid key: ${text}`);
      return keyElement(Object.entries(key).sort((a, b) => compareText(a[0], b[0])));
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(rest)) throw new PathElementError(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`);
      return `i:${Number(rest)}`;
    default:
      return undefined;
  }
}

function readJson(text: string): unknown {
  try {
    return parseJson(text).value;
  } catch (error) {
    throw new PathElementError((error as Error).message);
  }
}

const ORDER = 'fkvi';
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Fields first, then keys, values, indices; each in its natural order. */
export function compareElements(a: PathElement, b: PathElement): number {
  const kind = a.charAt(0);
  if (kind === 'f' && b.startsWith('f')) return compareText(a, b);
  const kinds = ORDER.indexOf(kind) - ORDER.indexOf(b.charAt(0));
  if (kinds !== 0) return kinds;
  if (a === b) return 0;
  const left = parseJson(a.slice(2)).value;
  const right = parseJson(b.slice(2)).value;
  return kind === 'k' ? compareKeys(Object.entries(left as object), Object.entries(right as object)) : compareValues(left, right);
}

function compareKeys(a: [string, unknown][], b: [string, unknown][]): number {
  for (let i = 0; ; i++) {
    const left = a[i];
    const right = b[i];
    if (!left || !right) return left ? 1 : right ? -1 : 0;
    const order = compareText(left[0], right[0]) || compareValues(left[1], right[1]);
    if (order !== 0) return order;
  }
}

/** Numbers before strings before booleans before lists before maps before null. */
function compareValues(a: unknown, b: unknown): number {
  const rank = (value: unknown) => {
    if (typeof value === 'number' || typeof value === 'bigint') return 0;
    if (typeof value === 'string') return 1;
    if (typeof value === 'boolean') return 2;
    return value === null ? 5 : Array.isArray(value) ? 3 : 4;
  };
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return ranks;
  if (rank(a) > 2) return compareText(marshalGo(a), marshalGo(b));
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** For messages: `.spec`, `[name="a"]`, `[="x"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(parseJson(rest).value as object).map(([name, value]) => `${name}=${printValue(value)}`).join(',')}]`; // prettier-ignore
    case 'v':
      return `[=${printValue(parseJson(rest).value)}]`;
    default:
      return `[${rest}]`;
  }
}

export const printPath = (path: Path): string => path.map(printElement).join('');

function printValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  return marshalGo(value);
}

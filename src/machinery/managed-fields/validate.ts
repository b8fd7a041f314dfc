/** Checks an applied configuration against its type (structured-merge-diff typed.Validate). */
import { goNumber, goQuote } from '../../wire/json/go-text.ts';
import { isObject } from '../patch/values.ts';
import { itemElement } from './list-item.ts';
import { prefixMessage } from './merge.ts';
import { fieldElement, printElement, type PathElement } from './path-element.ts';
import { fieldType, kindOf, TypedError, type Atom, type Lazy, type ListType, type MapType, type ScalarKind } from './type.ts';

/** Throws TypedError with every complaint, in upstream's words: `.spec.foo: field not declared in schema`. */
export function validateTyped(type: Lazy, value: unknown): void {
  const errors = visit(type(), value);
  if (errors.length === 0) return;
  throw new TypedError(errors.length === 1 ? (errors[0] ?? '') : ['errors:', ...errors.map((e) => `  ${e}`)].join('\n'));
}

function visit(atom: Atom, value: unknown): string[] {
  const kind = kindOf(atom, value);
  if (kind === 'map' && atom.map) return visitMap(atom.map, value);
  if (kind === 'list' && atom.list) return visitList(atom.list, value);
  if (kind === 'scalar' && atom.scalar) return checkScalar(atom.scalar, value);
  return ['schema error: invalid atom'];
}

const within = (element: PathElement, errors: readonly string[]) => errors.map((e) => prefixMessage(element, e));

function visitMap(type: MapType, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isObject(value)) return [`expected map, got ${describe(value)}`];
  const errors: string[] = [];
  for (const key of Object.keys(value)) {
    const next = fieldType(type, key);
    const element = fieldElement(key);
    // Upstream stops at the first field it does not know.
    if (!next) return [...errors, ...within(element, ['field not declared in schema'])];
    errors.push(...within(element, visit(next(), value[key])));
  }
  return errors;
}

function visitList(type: ListType, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return [`expected list, got ${describe(value)}`];
  const errors: string[] = [];
  const seen = new Set<PathElement>();
  for (const [i, item] of (value as unknown[]).entries()) {
    let element: PathElement = `i:${i}`;
    if (type.relationship === 'associative') {
      try {
        element = itemElement(type, item);
      } catch (error) {
        if (error instanceof TypedError) return [...errors, `element ${i}: ${error.message}`];
        throw error;
      }
      if (seen.has(element)) errors.push(`duplicate entries for key ${printElement(element)}`);
      seen.add(element);
    }
    errors.push(...within(element, visit(type.element(), item)));
  }
  return errors;
}

function checkScalar(kind: ScalarKind, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  switch (kind) {
    case 'numeric':
      return isNumber ? [] : [`expected numeric (int or float), got ${goTypeOf(value)}`];
    case 'string':
      return typeof value === 'string' ? [] : [`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`expected boolean, got ${describe(value)}`];
    default:
      return isNumber || typeof value === 'string' || typeof value === 'boolean' ? [] : [`expected any scalar, got ${describe(value)}`];
  }
}

function goTypeOf(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** The verb %#v. */
function goSyntax(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${(value as unknown[]).map(goSyntax).join(', ')}}`;
  return `map[string]interface {}{${Object.entries(value).map(([k, v]) => `${goQuote(k)}:${goSyntax(v)}`).join(', ')}}`; // prettier-ignore
}

function describe(value: unknown): string {
  return `&{${plain(value)}}`;
}

/** The verb %v. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${(value as unknown[]).map(plain).join(' ')}]`;
  if (isObject(value)) return `map[${Object.keys(value).sort().map((k) => `${k}:${plain(value[k])}`).join(' ')}]`; // prettier-ignore
  return typeof value === 'number' ? goNumber(value) : String(value);
}

/** Field errors: where a value is wrong, and why, in upstream's words (k8s.io/apimachinery/pkg/util/validation/field). */
import type { StatusCause } from '../api/meta/v1.gen.ts';
import { goNumber, goQuote } from '../wire/json/go-text.ts';
import { marshalGo } from '../wire/json/stringify.ts';
import { StatusError, invalid as invalidStatus } from './status-error.ts';

/** The place of a value: `spec.containers[0].name`. Immutable; cheap until printed. */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #name: string;
  readonly #subscript: boolean;

  private constructor(parent: FieldPath | undefined, name: string, subscript: boolean) {
    this.#parent = parent;
    this.#name = name;
    this.#subscript = subscript;
  }

  static of(name: string, ...more: string[]): FieldPath {
    let path = new FieldPath(undefined, name, false);
    for (const next of more) path = new FieldPath(path, next, false);
    return path;
  }

  child(name: string, ...more: string[]): FieldPath {
    let path = new FieldPath(this, name, false);
    for (const next of more) path = new FieldPath(path, next, false);
    return path;
  }

  index(index: number): FieldPath {
    return new FieldPath(this, String(index), true);
  }

  /** A map's entry: `data[my-key]`. */
  key(key: string): FieldPath {
    return new FieldPath(this, key, true);
  }

  toString(): string {
    const here = this.#subscript ? `[${this.#name}]` : this.#name;
    if (!this.#parent) return here;
    return this.#subscript || here === '' ? this.#parent.toString() + here : `${this.#parent.toString()}.${here}`;
  }
}

/** `fieldPath('spec', 'replicas')`: a path that starts at the object. */
export const fieldPath = (name: string, ...more: string[]): FieldPath => FieldPath.of(name, ...more);

const TITLES = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueTooShort: 'Too short',
} as const;

export type FieldErrorType = keyof typeof TITLES;

/** Types whose message never shows the value. */
const WITHOUT_VALUE: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'FieldValueTooShort',
  'InternalError',
]);

/** As `badValue`: the message leaves the value out. */
export const OMIT_VALUE: unique symbol = Symbol('value omitted');

export class FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  readonly badValue: unknown;
  readonly detail: string;

  constructor(type: FieldErrorType, path: FieldPath | string | undefined, badValue: unknown, detail: string) {
    this.type = type;
    this.field = path === undefined ? '<nil>' : String(path);
    this.badValue = badValue;
    this.detail = detail;
  }

  /** The message without the field: what a Status cause carries. */
  body(): string {
    const title = TITLES[this.type];
    const shown = WITHOUT_VALUE.has(this.type) || this.badValue === OMIT_VALUE ? title : `${title}: ${formatValue(this.badValue)}`;
    return this.detail === '' ? shown : `${shown}: ${this.detail}`;
  }

  toString(): string {
    return `${this.field}: ${this.body()}`;
  }
}

export type ErrorList = FieldError[];

function formatValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  return marshalGo(value ?? null);
}

type Where = FieldPath | undefined;
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const notFoundValue = (path: Where, value: unknown) => new FieldError('FieldValueNotFound', path, value, '');
export const required = (path: Where, detail = '') => new FieldError('FieldValueRequired', path, '', detail);
export const duplicate = (path: Where, value: unknown) => new FieldError('FieldValueDuplicate', path, value, '');
export const invalid = (path: Where, value: unknown, detail: string) => new FieldError('FieldValueInvalid', path, value, detail);
export const typeInvalid = (path: Where, value: unknown, detail: string) => new FieldError('FieldValueTypeInvalid', path, value, detail);
/** `validValues` in the order upstream prints them (sorted, where it takes them from a set). */
export const notSupported = (path: Where, value: unknown, validValues: readonly string[]) =>
  new FieldError(
    'FieldValueNotSupported',
    path,
    value,
    validValues.length > 0 ? `supported values: ${validValues.map(goQuote).join(', ')}` : '',
  );
export const forbidden = (path: Where, detail: string) => new FieldError('FieldValueForbidden', path, '', detail);
/** `maxLength` in bytes; negative when there is no number to tell. */
export const tooLong = (path: Where, _value: unknown, maxLength: number) =>
  new FieldError(
    'FieldValueTooLong',
    path,
    '<value omitted>',
    maxLength >= 0 ? `may not be more than ${plural(maxLength, 'byte')}` : 'value is too long',
  );
export const tooLongCharacters = (path: Where, _value: unknown, maxLength: number) =>
  new FieldError(
    'FieldValueTooLong',
    path,
    '<value omitted>',
    maxLength >= 0 ? `may not be more than ${plural(maxLength, 'character')}` : 'value is too long',
  );
export const tooShort = (path: Where, value: unknown, minLength: number) =>
  new FieldError(
    'FieldValueTooShort',
    path,
    value,
    minLength >= 0 ? `must be at least ${plural(minLength, 'character')}` : 'value is too short',
  );
export const tooMany = (path: Where, actual: number, max: number) =>
  new FieldError(
    'FieldValueTooMany',
    path,
    actual >= 0 ? actual : OMIT_VALUE,
    max >= 0 ? `must have at most ${plural(max, 'item')}` : 'has too many items',
  );
export const tooFew = (path: Where, actual: number, min: number) =>
  new FieldError('FieldValueTooFew', path, actual, min >= 0 ? `must have at least ${plural(min, 'item')}` : 'has too few items');
export const internal = (path: Where, error: unknown) =>
  new FieldError('InternalError', path, OMIT_VALUE, error instanceof Error ? error.message : String(error));

/** All messages as one, repeated ones once: `a`, or `[a, b]`; undefined for none (ErrorList.ToAggregate). */
export function aggregateMessage(errors: readonly FieldError[]): string | undefined {
  return joinMessages(errors.map(String));
}

/** k8s.io/apimachinery/pkg/util/errors: how several errors print as one. */
export function joinMessages(messages: readonly string[]): string | undefined {
  const unique = [...new Set(messages)];
  return unique.length <= 1 ? unique[0] : `[${unique.join(', ')}]`;
}

/** 422 Invalid with a cause per field error (errors.NewInvalid). */
export function toInvalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const causes: StatusCause[] = errors.map((e) => ({ reason: e.type, message: e.body(), field: e.field }));
  const message = aggregateMessage(errors);
  if (message !== undefined) return invalidStatus(kind, name, causes, message);
  const bare = invalidStatus(kind, name, causes, '');
  return new StatusError({ ...bare.status, message: (bare.status.message ?? '').replace(/: $/, '') });
}

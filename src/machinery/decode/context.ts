/** What a decoder carries along. The first pass keeps no path; it runs again with a trace when there is something to tell. */

import { StatusError } from '../status-error.ts';

/** The value does not fit its type (400); the message is Go's, to which handlers add what was being read. */
export class DecodeError extends StatusError {
  constructor(message: string) {
    super({ code: 400, reason: 'BadRequest', message });
  }
}

/** Where the traced pass stands, in the two forms that Go's messages use. */
export interface Trace {
  /** `spec`, `.template`, `[0]`: for unknown fields. */
  readonly path: string[];
  /** JSON names and names of embedded structs: for type errors. */
  readonly stack: string[];
  /** Name of the struct type that has the current field. */
  struct: string;
  readonly unknown: string[];
}

export interface Context {
  /** Set by the first pass when it met an unknown field. */
  unknown: boolean;
  readonly trace: Trace | undefined;
}

/** Thrown by the first pass: decode again with a trace, to say where. */
export const RETRY: unique symbol = Symbol('decode again with a trace');

/** Turns a JSON value into its Go-normalised form; undefined when Go would print nothing. */
export type Decoder = (value: unknown, context: Context) => unknown;

export function kindOfJson(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A value of the wrong JSON type. `shown` is Go's word for the value, where it tells more than its type. */
export function failType(value: unknown, goType: string, context: Context, shown = kindOfJson(value)): never {
  const trace = context.trace;
  // eslint-disable-next-line typescript/only-throw-error -- a sentinel for our own caller, without the cost of a stack trace
  if (!trace) throw RETRY;
  const place = trace.struct === '' && trace.stack.length === 0 ? 'value' : `struct field ${trace.struct}.${trace.stack.join('.')}`;
  throw new DecodeError(`json: cannot unmarshal ${shown} into Go ${place} of type ${goType}`);
}

/** An error of a type that reads itself (Quantity, Time, ...): Go tells no place. */
export function failPlain(message: string): never {
  throw new DecodeError(message);
}

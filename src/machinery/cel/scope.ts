import { noOverload, type CallContext } from './functions.ts';
import { CelError } from './values.ts';

/** Variables in reach, innermost first. */
export interface Scope {
  readonly context: CallContext;
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly local?: { readonly name: string; readonly value: unknown; readonly outer: Scope['local'] };
}

export type Eval = (scope: Scope) => unknown;

export function bind(scope: Scope, name: string, value: unknown): Scope {
  return { ...scope, local: { name, value, outer: scope.local } };
}

export function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw noOverload();
  return value;
}

/** The value, or the error when it is one of evaluation: exceeded budgets and pending answers end everything. */
export function attempt(step: Eval, scope: Scope): boolean | CelError {
  try {
    return truth(step(scope));
  } catch (error) {
    if (error instanceof CelError && !error.fatal) return error;
    throw error;
  }
}

/** CEL, ready to run (https://kubernetes.io/docs/reference/using-api/cel/). */
import type { Expr } from './ast.ts';
import { check, DYN, type CelType, type Issue } from './checker.ts';
import { compileExpr } from './interpreter.ts';
import { library } from './library/all.ts';
import { Pending } from './library/authorizer.ts';
import { TYPES } from './library/standard.ts';
import { CelSyntaxError } from './lexer.ts';
import { parseCel } from './parser.ts';
import { CelError } from './values.ts';

/** An expression that cannot be run; the message shows where, as cel-go prints it. */
export class CelCompileError extends Error {}

export interface CompileOptions {
  /** Names that bindings will have; with types when they are known. */
  readonly variables: readonly string[] | Readonly<Record<string, CelType>>;
}

export interface RunOptions {
  /** Units; 1,000,000 when left out. */
  readonly costLimit?: number;
  /** A budget that several runs share: what a run costs is taken off. */
  readonly budget?: { left: number };
}

export interface Program {
  readonly expr: Expr;
  /** As far as it can be told. */
  readonly type: CelType;
  /** A CEL value. Throws CelError, and Pending when an authorizer has to be waited for. */
  run(bindings: Readonly<Record<string, unknown>>, options?: RunOptions): unknown;
  /** Waits for authorizers. Rejects with CelError. */
  runAsync(bindings: Readonly<Record<string, unknown>>, options?: RunOptions): Promise<unknown>;
}

export const PER_CALL_LIMIT = 1_000_000;

/** Throws CelCompileError. */
export function compileCel(source: string, options: CompileOptions): Program {
  const variables = isNames(options.variables) ? Object.fromEntries(options.variables.map((name) => [name, DYN])) : options.variables;
  const expr = parse(source);
  const { type, issues } = check(expr, { variables, library, types: TYPES });
  if (issues.length > 0) throw new CelCompileError(issues.map((issue) => describe(source, issue)).join('\n'));
  const evaluate = compileExpr(expr, library, TYPES);
  const run: Program['run'] = (bindings, { costLimit = PER_CALL_LIMIT, budget } = {}) => {
    let spent = 0;
    const charge = (units: number): void => {
      spent += units;
      if (spent > costLimit) throw new CelError('operation cancelled: actual cost limit exceeded', true);
    };
    try {
      return evaluate({ bindings, context: { charge } });
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message)) throw new CelError('expression recursion limit exceeded', true);
      throw error;
    } finally {
      if (budget) budget.left -= spent;
    }
  };
  return { expr, type, run, runAsync: (bindings, o) => wait(() => run(bindings, o)) };
}

async function wait(run: () => unknown): Promise<unknown> {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      await error.ready;
    }
  }
}

function isNames(variables: CompileOptions['variables']): variables is readonly string[] {
  return Array.isArray(variables);
}

function parse(source: string): Expr {
  try {
    return parseCel(source);
  } catch (error) {
    if (error instanceof CelSyntaxError) throw new CelCompileError(describe(source, error));
    throw error;
  }
}

/** `ERROR: <input>:1:5: ...`, the line, and a caret below the place. */
function describe(source: string, { message, at }: Issue): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length;
  const text = (source.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

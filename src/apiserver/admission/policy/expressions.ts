/** Expressions of admission: their variables, and what is kept of their compilation. */
import { CelCompileError, compileCel, type Program } from '../../../machinery/cel/compile.ts';

const BASE = ['object', 'oldObject', 'request', 'authorizer'];

export const CONDITION_VARIABLES: readonly string[] = BASE;

export function policyVariables(hasParams: boolean): readonly string[] {
  return [...BASE, 'namespaceObject', 'variables', ...(hasParams ? ['params'] : [])];
}

/** Match conditions of policies come before variables. */
export function policyConditionVariables(hasParams: boolean): readonly string[] {
  return [...BASE, 'namespaceObject', ...(hasParams ? ['params'] : [])];
}

const known = new Map<string, Program | CelCompileError>();

/** Throws CelCompileError. */
export function program(source: string, variables: readonly string[]): Program {
  const key = `${variables.join(',')}\n${source}`;
  let made = known.get(key);
  if (!made) {
    if (known.size > 5000) known.clear();
    known.set(key, (made = compile(source, variables)));
  }
  if (made instanceof CelCompileError) throw made;
  return made;
}

function compile(source: string, variables: readonly string[]): Program | CelCompileError {
  try {
    return compileCel(source, { variables });
  } catch (error) {
    if (error instanceof CelCompileError) return error;
    throw error;
  }
}

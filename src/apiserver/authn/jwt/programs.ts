import { compileCel, type Program } from '../../../machinery/cel/compile.ts';

/** Reads `claims`. Throws CelCompileError. */
export function claimProgram(expression: string): Program {
  return compileCel(expression, { variables: ['claims'] });
}

/** Reads `user`. Throws CelCompileError. */
export function userProgram(expression: string): Program {
  return compileCel(expression, { variables: ['user'] });
}

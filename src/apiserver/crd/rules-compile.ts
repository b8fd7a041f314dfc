/** Validation rules of one schema node, compiled once. */
import { compileCel, type Program } from '../../machinery/cel/compile.ts';
import { DYN } from '../../machinery/cel/checker.ts';
import { uses } from '../../machinery/cel/uses.ts';
import { resourceType, schemaType } from './rules-schema.ts';
import type { Structural, ValidationRule } from './structural.ts';

export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program | Error;
  readonly message: Program | Error | undefined;
  /** It compares with the old value. */
  readonly isTransition: boolean;
}

const compiled = new WeakMap<Structural, readonly CompiledRule[]>();

export function rulesOf(schema: Structural, isRoot: boolean): readonly CompiledRule[] {
  let rules = compiled.get(schema);
  if (!rules) compiled.set(schema, (rules = ((schema['x-kubernetes-validations'] ?? []) as readonly ValidationRule[]).map((rule) => compileRule(rule, schema, isRoot))));
  return rules;
}

function compileRule(rule: ValidationRule, schema: Structural, isRoot: boolean): CompiledRule {
  const self = isRoot || schema['x-kubernetes-embedded-resource'] ? resourceType(schema) : schemaType(schema);
  const variables = { self, oldSelf: rule.optionalOldSelf ? DYN : self };
  const program = attempt(() => compileCel(rule.rule, { variables }));
  return {
    rule,
    program,
    message: rule.messageExpression ? attempt(() => compileCel(rule.messageExpression ?? '', { variables })) : undefined,
    isTransition: !(program instanceof Error) && uses(program.expr, 'oldSelf'),
  };
}

function attempt(compile: () => Program): Program | Error {
  try {
    return compile();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** What a rule may cost at most, as far as it follows from loops (k8s.io/apiextensions-apiserver's estimated cost). */
import type { Expr } from '../../machinery/cel/ast.ts';
import { children } from '../../machinery/cel/uses.ts';
import { unescapeField } from '../../machinery/cel/field-names.ts';
import { isObject, itemSchema, propertySchema, type Structural } from './structural.ts';

/** Bytes of the largest request. */
const REQUEST = 3 * 1024 * 1024;
const STEP = 4;
export const RULE_LIMIT = 10_000_000;
export const SCHEMA_LIMIT = 100_000_000;

/** The most elements that a list or a map can have: as declared, or as many of the smallest as fit into a request. */
export function maxElements(schema: Structural): number {
  if (schema.type === 'array') return schema.maxItems ?? Math.floor(REQUEST / (smallest(itemSchema(schema)) + 1));
  const values = isObject(schema.additionalProperties) ? (schema.additionalProperties as Structural) : undefined;
  return schema.maxProperties ?? Math.floor(REQUEST / (smallest(values) + 4));
}

/** Bytes of the shortest JSON of a value. */
function smallest(schema: Structural | undefined): number {
  switch (schema?.type) {
    case 'array':
    case 'object':
    case 'string':
      return 2;
    case 'boolean':
      return 4;
    default:
      return 1;
  }
}

/** Cost of one run. */
export function estimate(expr: Expr, self: Structural): number {
  return cost(
    expr,
    new Map([
      ['self', self],
      ['oldSelf', self],
    ]),
  );
}

type Schemas = ReadonlyMap<string, Structural>;

function cost(expr: Expr, schemas: Schemas): number {
  if (expr.kind === 'bind') {
    const bound = schemaOf(expr.value, schemas);
    return cost(expr.value, schemas) + cost(expr.body, bound ? new Map([...schemas, [expr.variable, bound]]) : schemas);
  }
  if (expr.kind !== 'comprehension') return children(expr).reduce((sum, child) => sum + cost(child, schemas), 1);
  const range = schemaOf(expr.range, schemas);
  const count = range && !expr.macro.startsWith('opt') ? maxElements(range) : 1;
  const element = range && itemSchema(range);
  const variable = expr.variables.at(-1) ?? '';
  const inner = element ? new Map([...schemas, [variable, element]]) : schemas;
  const body = expr.body.reduce((sum, child) => sum + cost(child, inner), 0);
  return cost(expr.range, schemas) + count * Math.max(STEP, body);
}

/** The schema of a list or map, or of what leads to one. */
function schemaOf(expr: Expr, schemas: Schemas): Structural | undefined {
  if (expr.kind === 'ident') return schemas.get(expr.name);
  if (expr.kind === 'select' && !expr.test) {
    const target = schemaOf(expr.target, schemas);
    return target && (propertySchema(target, expr.field) ?? propertySchema(target, unescapeField(expr.field)));
  }
  if (expr.kind === 'comprehension' && expr.macro === 'filter') return schemaOf(expr.range, schemas);
  if (expr.kind === 'call' && expr.name === '_[_]' && expr.args[0]) {
    const target = schemaOf(expr.args[0], schemas);
    return (
      target && (itemSchema(target) ?? (isObject(target.additionalProperties) ? (target.additionalProperties as Structural) : undefined))
    );
  }
  return undefined;
}

import type { Expr } from './ast.ts';

/** `a.b.c` of plain selections; undefined for everything else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test || expr.optional) return undefined;
  const target = qualifiedName(expr.target);
  return target === undefined ? undefined : `${target}.${expr.field}`;
}

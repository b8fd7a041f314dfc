import type { Expr } from './ast.ts';

/** Does an expression mention a variable? */
export function uses(expr: Expr, name: string): boolean {
  return (expr.kind === 'ident' && expr.name === name) || children(expr).some((child) => uses(child, name));
}

export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.target];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.items.map((i) => i.value);
    case 'map':
      return expr.entries.flatMap((e) => [e.key, e.value]);
    case 'struct':
      return expr.fields.map((f) => f.value);
    case 'comprehension':
      return [expr.range, ...expr.body];
    case 'bind':
      return [expr.value, expr.body];
  }
}

/** Macros over lists and maps (https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros and cel-go's two-variable ones). */
import type { Expr } from './ast.ts';
import { noOverload } from './functions.ts';
import { attempt, bind, truth, type Eval, type Scope } from './scope.ts';
import { CelError, isMap, keysOf, lookUp, makeMap, Optional } from './values.ts';

type Comprehension = Extract<Expr, { kind: 'comprehension' }>;

export function comprehend(expr: Comprehension, range: Eval, body: readonly Eval[]): Eval {
  const { macro, variables } = expr;
  return (scope) => {
    const source = range(scope);
    if (macro === 'optMap' || macro === 'optFlatMap') return overOptional(macro, source, variables[0] ?? '', body[0] as Eval, scope);
    const scopes = () => elements(source, variables, scope);
    const [first, second] = body as [Eval, Eval | undefined];
    switch (macro) {
      case 'all':
        return decide(scopes(), first, false);
      case 'exists':
        return decide(scopes(), first, true);
      case 'exists_one':
        return [...scopes()].filter((s) => truth(first(s))).length === 1;
      case 'filter':
        return [...scopes()].filter((s) => truth(first(s))).map((s) => s.local?.value);
      case 'map':
      case 'transformList':
        return kept(scopes(), body).map((s) => (second ?? first)(s));
      case 'transformMap':
        return makeMap(kept(scopes(), body).map((s) => [s.local?.outer?.value, (second ?? first)(s)]));
      case 'transformMapEntry':
        return makeMap(kept(scopes(), body).flatMap((s) => entriesOf((second ?? first)(s))));
    }
  };
}

/** Only with a condition is one left out. */
function kept(scopes: Iterable<Scope>, body: readonly Eval[]): Scope[] {
  const [condition] = body;
  return body.length < 2 || !condition ? [...scopes] : [...scopes].filter((s) => truth(condition(s)));
}

function overOptional(macro: string, source: unknown, variable: string, body: Eval, scope: Scope): unknown {
  if (!(source instanceof Optional)) throw noOverload();
  if (!source.present) return Optional.NONE;
  const value = body(bind(scope, variable, source.value));
  return macro === 'optFlatMap' ? value : new Optional(value);
}

function* elements(source: unknown, [one = '', two]: readonly string[], scope: Scope): Generator<Scope> {
  if (Array.isArray(source)) {
    for (const [i, item] of (source as unknown[]).entries()) {
      scope.context.charge(3);
      yield two === undefined ? bind(scope, one, item) : bind(bind(scope, one, BigInt(i)), two, item);
    }
  } else if (isMap(source)) {
    for (const key of keysOf(source)) {
      scope.context.charge(3);
      yield two === undefined ? bind(scope, one, key) : bind(bind(scope, one, key), two, lookUp(source, key));
    }
  } else throw noOverload();
}

/** Errors do not matter when another element decides. */
function decide(scopes: Iterable<Scope>, condition: Eval, decisive: boolean): boolean {
  let failed: CelError | undefined;
  for (const scope of scopes) {
    const result = attempt(condition, scope);
    if (result === decisive) return decisive;
    if (result instanceof CelError) failed ??= result;
  }
  if (failed) throw failed;
  return !decisive;
}

function entriesOf(value: unknown): [unknown, unknown][] {
  if (!isMap(value)) throw noOverload();
  return keysOf(value).map((key) => [key, lookUp(value, key)]);
}

/** Evaluation of CEL: an expression becomes closures once, then runs many times. */
import { arithmetic, type Operator } from './arithmetic.ts';
import type { Expr } from './ast.ts';
import { comprehend } from './comprehension.ts';
import { int64, noOverload, type CallContext, type Library } from './functions.ts';
import { unescapeField } from './field-names.ts';
import { qualifiedName } from './qualified-name.ts';
import { attempt, bind, truth, type Eval } from './scope.ts';
import { adapt, CelError, compare, equal, isMap, LazyMap, lookUp, makeMap, Optional, StructValue, Uint } from './values.ts';

/** Throws at once for functions that are not there; the checker has said so before. */
export function compileExpr(expr: Expr, library: Required<Library>, types: Readonly<Record<string, unknown>>): Eval {
  return new Compiler(library, types).compile(expr);
}

class Compiler {
  readonly #library: Required<Library>;
  readonly #types: Readonly<Record<string, unknown>>;

  constructor(library: Required<Library>, types: Readonly<Record<string, unknown>>) {
    this.#library = library;
    this.#types = types;
  }

  compile(expr: Expr): Eval {
    switch (expr.kind) {
      case 'literal': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return this.#ident(expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return comprehend(
          expr,
          this.compile(expr.range),
          expr.body.map((e) => this.compile(e)),
        );
      case 'bind': {
        const [value, body] = [this.compile(expr.value), this.compile(expr.body)];
        return (scope) => body(bind(scope, expr.variable, value(scope)));
      }
    }
  }

  #ident(name: string): Eval {
    const type = this.#types[name];
    return (scope) => {
      scope.context.charge(1);
      for (let local = scope.local; local; local = local.outer) if (local.name === name) return local.value;
      if (Object.hasOwn(scope.bindings, name)) return adapt(scope.bindings[name]);
      if (type !== undefined) return type;
      throw new CelError(`no such attribute(s): ${name}`);
    };
  }

  #select(expr: Extract<Expr, { kind: 'select' }>): Eval {
    const { field, test, optional } = expr;
    const type = this.#types[qualifiedName(expr) ?? ''];
    if (type !== undefined) return () => type;
    const target = this.compile(expr.target);
    const name = qualifiedName(expr);
    return (scope) => {
      // Variables may have qualified names.
      if (!test && name !== undefined && Object.hasOwn(scope.bindings, name)) return scope.bindings[name];
      const value = target(scope);
      scope.context.charge(1);
      if (test) return hasField(value, field);
      if (optional || value instanceof Optional) return optionalGet(value, field);
      return getField(value, field);
    };
  }

  #call(expr: Extract<Expr, { kind: 'call' }>): Eval {
    const { name, target } = expr;
    if (!target) return this.#operator(name, expr.args) ?? this.#function(name, expr.args);
    const qualifier = qualifiedName(target);
    if (qualifier !== undefined && this.#library.functions[`${qualifier}.${name}`])
      return this.#function(`${qualifier}.${name}`, expr.args);
    const method = this.#library.methods[name];
    if (!method) throw new CelError(`undeclared reference to '${name}' (in container '')`);
    return invoke(
      method,
      [target, ...expr.args].map((e) => this.compile(e)),
      name,
    );
  }

  #function(name: string, args: readonly Expr[]): Eval {
    const made = this.#library.functions[name];
    if (!made) throw new CelError(`undeclared reference to '${name}' (in container '')`);
    return invoke(
      made,
      args.map((e) => this.compile(e)),
      name,
    );
  }

  #operator(name: string, args: readonly Expr[]): Eval | undefined {
    if (!/^(?:_.*_|!_|-_|@in|_\[\??_\])$/.test(name)) return undefined;
    const [a, b, c] = args.map((e) => this.compile(e)) as [Eval, Eval, Eval];
    if (name === '_&&_') return logical(a, b, false);
    if (name === '_||_') return logical(a, b, true);
    if (name === '_?_:_') return (scope) => (truth(a(scope)) ? b(scope) : c(scope));
    const operation = operators[name];
    if (!operation) return undefined;
    return (scope) => {
      const left = a(scope);
      const right = b === undefined ? undefined : b(scope);
      scope.context.charge(1 + (textCost(left) + textCost(right)));
      return operation(left, right);
    };
  }

  #list(expr: Extract<Expr, { kind: 'list' }>): Eval {
    const items = expr.items.map((item) => ({ value: this.compile(item.value), optional: item.optional }));
    return (scope) => {
      scope.context.charge(10);
      return items.flatMap(({ value, optional }) => (optional ? optionalEntries(value(scope)) : [value(scope)]));
    };
  }

  #map(expr: Extract<Expr, { kind: 'map' }>): Eval {
    const entries = expr.entries.map((e) => ({ key: this.compile(e.key), value: this.compile(e.value), optional: e.optional }));
    return (scope) => {
      scope.context.charge(30);
      const pairs = entries.flatMap(({ key, value, optional }) => {
        const k = key(scope);
        if (typeof k !== 'string' && typeof k !== 'bigint' && typeof k !== 'boolean' && !(k instanceof Uint))
          throw new CelError('unsupported key type');
        return (optional ? optionalEntries(value(scope)) : [value(scope)]).map((v): [unknown, unknown] => [k, v]);
      });
      const map = makeMap(pairs);
      if (map.size !== pairs.length) throw new CelError('Failed with repeated key');
      return map;
    };
  }

  #struct(expr: Extract<Expr, { kind: 'struct' }>): Eval {
    const fields = expr.fields.map((f) => ({ ...f, value: this.compile(f.value) }));
    return (scope) => {
      scope.context.charge(40);
      const entries = fields.flatMap(({ name, value, optional }) =>
        (optional ? optionalEntries(value(scope)) : [value(scope)]).map((v) => [name, v] as const),
      );
      return new StructValue(expr.type, Object.fromEntries(entries));
    };
  }
}

/** Text is compared, joined, searched at a tenth of a unit a character. */
function textCost(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? Math.ceil(value.length * 0.1) : Array.isArray(value) ? value.length : 0;
}

function invoke(call: (args: readonly unknown[], context: CallContext) => unknown, args: readonly Eval[], name: string): Eval {
  return (scope) => {
    const values = args.map((arg) => arg(scope));
    scope.context.charge(1 + values.reduce((sum: number, v) => sum + textCost(v), 0));
    const result: unknown = call(values, scope.context);
    if (result === undefined) throw new CelError(`no such overload: ${name}`);
    return result;
  };
}

/** An error on one side does not matter when the other side decides. */
function logical(a: Eval, b: Eval, decisive: boolean): Eval {
  return (scope) => {
    const left = attempt(a, scope);
    if (left === decisive) return decisive;
    const right = attempt(b, scope);
    if (right === decisive) return decisive;
    for (const side of [left, right]) if (side instanceof CelError) throw side;
    return !decisive;
  };
}

export function hasField(value: unknown, field: string): boolean {
  if (value instanceof Optional) return value.present && hasField(value.value, field);
  if (value instanceof LazyMap) return value.has(field);
  if (value instanceof StructValue) return Object.hasOwn(value.fields, field);
  if (isMap(value)) return (lookUp(value, field) ?? lookUp(value, unescapeField(field))) !== undefined;
  throw noOverload();
}

export function getField(value: unknown, field: string): unknown {
  if (value instanceof LazyMap) return value.get(field);
  if (value instanceof StructValue && Object.hasOwn(value.fields, field)) return value.fields[field];
  if (!isMap(value)) throw value instanceof StructValue ? new CelError(`no such key: ${field}`) : noOverload();
  const found = lookUp(value, field) ?? lookUp(value, unescapeField(field));
  if (found === undefined) throw new CelError(`no such key: ${field}`);
  return found;
}

function optionalGet(value: unknown, key: unknown): Optional {
  if (value instanceof Optional) return value.present ? optionalGet(value.value, key) : Optional.NONE;
  if (Array.isArray(value)) {
    const at = typeof key === 'bigint' ? Number(key) : -1;
    return at >= 0 && at < value.length ? new Optional(value[at]) : Optional.NONE;
  }
  if (value instanceof LazyMap && typeof key === 'string') return value.has(key) ? new Optional(value.get(key)) : Optional.NONE;
  if (!isMap(value)) throw noOverload();
  const found = lookUp(value, key);
  return found === undefined ? Optional.NONE : new Optional(found);
}

function optionalEntries(value: unknown): unknown[] {
  if (!(value instanceof Optional)) throw noOverload();
  return value.present ? [value.value] : [];
}

function indexed(value: unknown, key: unknown): unknown {
  if (value instanceof Optional) return optionalGet(value, key);
  if (Array.isArray(value)) {
    const at =
      key instanceof Uint ? Number(key.value) : typeof key === 'bigint' ? Number(key) : Number.isInteger(key) ? (key as number) : undefined;
    if (at === undefined) throw noOverload();
    if (at < 0 || at >= value.length) throw new CelError(`index out of bounds: ${at}`);
    return value[at] as unknown;
  }
  if (value instanceof LazyMap && typeof key === 'string') return value.get(key);
  if (!isMap(value)) throw noOverload();
  const found = lookUp(value, key);
  if (found === undefined) throw new CelError(`no such key: ${String(key instanceof Uint ? key.value : key)}`);
  return found;
}

function contains(value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((item) => equal(item, value));
  if (isMap(container)) return lookUp(container, value) !== undefined;
  throw noOverload();
}

function negate(value: unknown): unknown {
  if (typeof value === 'bigint') return int64(-value);
  if (typeof value === 'number') return -value;
  throw noOverload();
}

const math = (operator: Operator) => (a: unknown, b: unknown) => arithmetic(operator, a, b);

const operators: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  '_+_': math('+'),
  '_-_': math('-'),
  '_*_': math('*'),
  '_/_': math('/'),
  '_%_': math('%'),
  '_==_': equal,
  '_!=_': (a, b) => !equal(a, b),
  '_<_': (a, b) => compare(a, b) < 0,
  '_<=_': (a, b) => compare(a, b) <= 0,
  '_>_': (a, b) => compare(a, b) > 0,
  '_>=_': (a, b) => compare(a, b) >= 0,
  '!_': (a) => !truth(a),
  '-_': negate,
  '@in': contains,
  '_[_]': indexed,
  '_[?_]': optionalGet,
};

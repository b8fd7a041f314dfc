/**
 * What can be told of an expression before it runs: names that are not there, fields that a schema does not have, operators on values
 * that never fit. Types that are not known are dyn, and fit everywhere.
 */
import type { Expr } from './ast.ts';
import { qualifiedName } from './qualified-name.ts';
import type { Library } from './functions.ts';

export type CelType =
  | { readonly kind: 'dyn' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'bool' | 'null' | 'other' }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly value: CelType }
  | { readonly kind: 'object'; readonly name: string; readonly field: (name: string) => CelType | undefined };

export const DYN: CelType = { kind: 'dyn' };
const INT: CelType = { kind: 'int' };
const BOOL: CelType = { kind: 'bool' };
const STRING: CelType = { kind: 'string' };

export interface Issue {
  readonly message: string;
  readonly at: number;
}

export interface CheckOptions {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly library: Required<Library>;
  readonly types: Readonly<Record<string, unknown>>;
}

export function check(expr: Expr, options: CheckOptions): { readonly type: CelType; readonly issues: readonly Issue[] } {
  const checker = new Checker(options);
  const type = checker.type(expr, options.variables);
  return { type, issues: checker.issues };
}

type Variables = Readonly<Record<string, CelType>>;

class Checker {
  readonly issues: Issue[] = [];
  readonly #o: CheckOptions;

  constructor(options: CheckOptions) {
    this.#o = options;
  }

  type(expr: Expr, variables: Variables): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        if (Object.hasOwn(variables, expr.name)) return variables[expr.name] as CelType;
        return Object.hasOwn(this.#o.types, expr.name) ? { kind: 'other' } : this.#undeclared(expr.name, expr.at);
      case 'select':
        return this.#select(expr, variables);
      case 'call':
        return this.#call(expr, variables);
      case 'list':
        return {
          kind: 'list',
          element: common(expr.items.map((i) => (i.optional ? (this.type(i.value, variables), DYN) : this.type(i.value, variables)))),
        };
      case 'map':
        for (const e of expr.entries) this.type(e.key, variables);
        return {
          kind: 'map',
          value: common(expr.entries.map((e) => (e.optional ? (this.type(e.value, variables), DYN) : this.type(e.value, variables)))),
        };
      case 'struct':
        for (const f of expr.fields) this.type(f.value, variables);
        return DYN;
      case 'comprehension':
        return this.#comprehension(expr, variables);
      case 'bind':
        return this.type(expr.body, { ...variables, [expr.variable]: this.type(expr.value, variables) });
    }
  }

  #undeclared(name: string, at: number): CelType {
    this.issues.push({ message: `undeclared reference to '${name}' (in container '')`, at });
    return DYN;
  }

  #select(expr: Extract<Expr, { kind: 'select' }>, variables: Variables): CelType {
    const name = qualifiedName(expr);
    if (name !== undefined && Object.hasOwn(this.#o.types, name)) return { kind: 'other' };
    const target = this.type(expr.target, variables);
    const found = this.#field(target, expr.field, expr.at);
    return expr.test ? BOOL : expr.optional ? DYN : found;
  }

  #field(target: CelType, field: string, at: number): CelType {
    if (target.kind === 'map') return target.value;
    if (target.kind === 'object') {
      const type = target.field(field);
      if (type) return type;
      this.issues.push({ message: `undefined field '${field}'`, at });
    } else if (target.kind !== 'dyn' && target.kind !== 'other') {
      this.issues.push({ message: `type '${typeName(target)}' does not support field selection`, at });
    }
    return DYN;
  }

  #call(expr: Extract<Expr, { kind: 'call' }>, variables: Variables): CelType {
    const { name, target, args, at } = expr;
    const { functions, methods } = this.#o.library;
    if (!target) {
      const types = args.map((a) => this.type(a, variables));
      const operator = operatorType(name, types);
      if (operator === 'none') return this.#mismatch(name, types, at);
      if (operator) return operator;
      return Object.hasOwn(functions, name) ? (RESULTS[name] ?? DYN) : this.#undeclared(name, at);
    }
    const qualifier = qualifiedName(target);
    if (qualifier !== undefined && Object.hasOwn(functions, `${qualifier}.${name}`)) {
      for (const a of args) this.type(a, variables);
      return DYN;
    }
    const receiver = this.type(target, variables);
    for (const a of args) this.type(a, variables);
    if (!Object.hasOwn(methods, name)) return this.#undeclared(name, at);
    return (
      METHOD_RESULTS[name] ?? (receiver.kind === 'list' && (name === 'min' || name === 'max' || name === 'sum') ? receiver.element : DYN)
    );
  }

  #mismatch(name: string, types: readonly CelType[], at: number): CelType {
    this.issues.push({ message: `found no matching overload for '${name}' applied to '(${types.map(typeName).join(', ')})'`, at });
    return DYN;
  }

  #comprehension(expr: Extract<Expr, { kind: 'comprehension' }>, variables: Variables): CelType {
    const range = this.type(expr.range, variables);
    if (!['dyn', 'list', 'map', 'object', 'other'].includes(range.kind)) {
      this.issues.push({
        message: `expression of type '${typeName(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        at: expr.range.at,
      });
    }
    const [one = '', two] = expr.variables;
    const inner: Record<string, CelType> = { ...variables };
    const element = range.kind === 'list' ? range.element : range.kind === 'map' ? range.value : DYN;
    inner[one] = two === undefined ? (range.kind === 'map' ? DYN : element) : range.kind === 'list' ? INT : DYN;
    if (two !== undefined) inner[two] = element;
    const types = expr.body.map((b) => this.type(b, inner));
    if (expr.macro === 'all' || expr.macro === 'exists' || expr.macro === 'exists_one') return BOOL;
    if (expr.macro === 'filter') return range.kind === 'list' ? range : { kind: 'list', element: DYN };
    return expr.macro === 'map' || expr.macro === 'transformList' ? { kind: 'list', element: types.at(-1) ?? DYN } : DYN;
  }
}

const RESULTS: Readonly<Record<string, CelType>> = {
  size: INT,
  int: INT,
  uint: { kind: 'uint' },
  double: { kind: 'double' },
  string: STRING,
  bool: BOOL,
  bytes: { kind: 'bytes' },
};
const METHOD_RESULTS: Readonly<Record<string, CelType>> = {
  size: INT,
  startsWith: BOOL,
  endsWith: BOOL,
  contains: BOOL,
  matches: BOOL,
  lowerAscii: STRING,
  upperAscii: STRING,
  trim: STRING,
  join: STRING,
  isSorted: BOOL,
  allowed: BOOL,
};

function literalType(value: unknown): CelType {
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return { kind: 'double' };
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  return value === null ? { kind: 'null' } : { kind: 'bytes' };
}

function common(types: readonly CelType[]): CelType {
  const [first] = types;
  return first && types.every((t) => t.kind === first.kind) ? first : DYN;
}

const NUMBERS = new Set(['int', 'uint', 'double']);
const PRIMITIVES = new Set(['int', 'uint', 'double', 'string', 'bytes', 'bool']);

/** The type that an operator gives, 'none' when its operands never fit, undefined when it is not one. */
function operatorType(name: string, [a = DYN, b = DYN, c = DYN]: readonly CelType[]): CelType | 'none' | undefined {
  const known = PRIMITIVES.has(a.kind) && PRIMITIVES.has(b.kind);
  switch (name) {
    case '_&&_':
    case '_||_':
      return [a, b].some((t) => PRIMITIVES.has(t.kind) && t.kind !== 'bool') ? 'none' : BOOL;
    case '!_':
      return PRIMITIVES.has(a.kind) && a.kind !== 'bool' ? 'none' : BOOL;
    case '_==_':
    case '_!=_':
      return known && a.kind !== b.kind && !(NUMBERS.has(a.kind) && NUMBERS.has(b.kind)) ? 'none' : BOOL;
    case '_<_':
    case '_<=_':
    case '_>_':
    case '_>=_':
      return known && a.kind !== b.kind && !(NUMBERS.has(a.kind) && NUMBERS.has(b.kind)) ? 'none' : BOOL;
    case '_+_':
    case '_-_':
    case '_*_':
    case '_/_':
    case '_%_':
      if (known && (a.kind !== b.kind || a.kind === 'bool' || (name !== '_+_' && !NUMBERS.has(a.kind)))) return 'none';
      return a.kind === b.kind ? a : DYN;
    case '-_':
      return a;
    case '_?_:_':
      return b.kind === c.kind ? b : DYN;
    case '_[_]':
      return a.kind === 'list' ? a.element : a.kind === 'map' ? a.value : DYN;
    case '_[?_]':
      return DYN;
    case '@in':
      return BOOL;
    default:
      return undefined;
  }
}

export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeName(type.element)})`;
    case 'map':
      return `map(string, ${typeName(type.value)})`;
    case 'object':
      return type.name;
    case 'null':
      return 'null';
    case 'other':
      return 'dyn';
    default:
      return type.kind;
  }
}

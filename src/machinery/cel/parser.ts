/** Parser of CEL: precedence climbing over the tokens; macros become comprehensions. */
import type { Expr, Macro } from './ast.ts';
import { CelSyntaxError, tokenize, type Token } from './lexer.ts';

/** Throws CelSyntaxError. Deeply nested input is refused (250 levels, as cel-go). */
export function parseCel(source: string): Expr {
  const parser = new Parser(tokenize(source));
  const expression = parser.expression();
  parser.expectEnd();
  return expression;
}

const BINARY: readonly (readonly string[])[] = [['||'], ['&&'], ['<', '<=', '>=', '>', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']];
const RESERVED = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
  'in',
]);
/** Macro name to how many arguments it takes, variables included. */
const MACROS: Record<string, readonly number[]> = {
  all: [2, 3],
  exists: [2, 3],
  exists_one: [2, 3],
  existsOne: [2, 3],
  map: [2, 3],
  filter: [2],
  transformList: [3, 4],
  transformMap: [3, 4],
  transformMapEntry: [3, 4],
  optMap: [2],
  optFlatMap: [2],
};
const MAX_DEPTH = 250;

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(): Expr {
    if (++this.#depth > MAX_DEPTH) throw new CelSyntaxError(`expression recursion limit exceeded: ${MAX_DEPTH}`, this.#peek().at);
    const condition = this.#binary(0);
    this.#depth--;
    if (!this.#is('?')) return condition;
    const { at } = this.#take();
    const yes = this.#binary(0);
    this.#expect(':');
    return { kind: 'call', name: '_?_:_', args: [condition, yes, this.expression()], at };
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw this.#unexpected(token);
  }

  #binary(level: number): Expr {
    const operators = BINARY[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#peek().text) && this.#peek().kind !== 'string') {
      const { text, at } = this.#take();
      left = { kind: 'call', name: text === 'in' ? '@in' : `_${text}_`, args: [left, this.#binary(level + 1)], at };
    }
    return left;
  }

  #unary(): Expr {
    const token = this.#peek();
    if (token.kind === 'operator' && (token.text === '!' || token.text === '-')) {
      this.#take();
      const next = this.#peek();
      if (token.text === '-' && (next.kind === 'int' || next.kind === 'double')) {
        this.#take();
        return this.#postfix({
          kind: 'literal',
          value: next.kind === 'int' ? -(next.value as bigint) : -(next.value as number),
          at: token.at,
        });
      }
      return { kind: 'call', name: token.text === '!' ? '!_' : '-_', args: [this.#unary()], at: token.at };
    }
    return this.#postfix(this.#primary());
  }

  #postfix(start: Expr): Expr {
    let target = start;
    for (;;) {
      if (this.#is('.')) target = this.#member(target);
      else if (this.#is('[')) {
        const { at } = this.#take();
        const optional = this.#accept('?');
        const index = this.expression();
        this.#expect(']');
        target = { kind: 'call', name: optional ? '_[?_]' : '_[_]', args: [target, index], at };
      } else if (this.#is('{') && isTypeName(target)) target = this.#struct(target);
      else return target;
    }
  }

  #member(target: Expr): Expr {
    const { at } = this.#take();
    const optional = this.#accept('?');
    const name = this.#take();
    if (name.kind !== 'identifier') throw this.#unexpected(name);
    if (!optional && this.#is('(')) return this.#method(target, name.text, at);
    return { kind: 'select', target, field: name.text, test: false, optional, at };
  }

  #method(target: Expr, name: string, at: number): Expr {
    const args = this.#arguments();
    if (target.kind === 'ident' && target.name === 'cel' && name === 'bind' && args.length === 3) {
      const [variable, value, body] = args as [Expr, Expr, Expr];
      return { kind: 'bind', variable: simpleName(variable), value, body, at };
    }
    if (MACROS[name]?.includes(args.length)) return comprehension(name, target, args, at);
    return { kind: 'call', name, target, args, at };
  }

  #primary(): Expr {
    const token = this.#take();
    const { at } = token;
    if (token.kind === 'int' || token.kind === 'double' || token.kind === 'string' || token.kind === 'bytes')
      return { kind: 'literal', value: token.value, at };
    if (token.kind === 'uint') return { kind: 'call', name: 'uint', args: [{ kind: 'literal', value: token.value, at }], at };
    if (token.kind === 'identifier') return this.#identifier(token);
    switch (token.text) {
      case '(': {
        const inner = this.expression();
        this.#expect(')');
        return inner;
      }
      case '[':
        return this.#list(at);
      case '{':
        return this.#map(at);
      case '.': {
        const name = this.#take();
        if (name.kind !== 'identifier') throw this.#unexpected(name);
        return this.#identifier(name);
      }
      default:
        throw this.#unexpected(token);
    }
  }

  #identifier({ text, at }: Token): Expr {
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', at };
    if (text === 'null') return { kind: 'literal', value: null, at };
    if (RESERVED.has(text)) throw new CelSyntaxError(`Syntax error: reserved identifier: ${text}`, at);
    if (!this.#is('(')) return { kind: 'ident', name: text, at };
    const args = this.#arguments();
    if (text === 'has' && args.length === 1) {
      const [argument] = args;
      if (argument?.kind !== 'select') throw new CelSyntaxError('invalid argument to has() macro', at);
      return { ...argument, test: true };
    }
    return { kind: 'call', name: text, args, at };
  }

  #arguments(): Expr[] {
    this.#expect('(');
    const args: Expr[] = [];
    while (!this.#is(')')) {
      args.push(this.expression());
      if (!this.#accept(',')) break;
    }
    this.#expect(')');
    return args;
  }

  #list(at: number): Expr {
    const items: { value: Expr; optional: boolean }[] = [];
    while (!this.#is(']')) {
      const optional = this.#accept('?');
      items.push({ value: this.expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect(']');
    return { kind: 'list', items, at };
  }

  #map(at: number): Expr {
    const entries: { key: Expr; value: Expr; optional: boolean }[] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?');
      const key = this.expression();
      this.#expect(':');
      entries.push({ key, value: this.expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return { kind: 'map', entries, at };
  }

  #struct(type: Expr): Expr {
    const { at } = this.#take();
    const fields: { name: string; value: Expr; optional: boolean }[] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?');
      const name = this.#take();
      if (name.kind !== 'identifier') throw this.#unexpected(name);
      this.#expect(':');
      fields.push({ name: name.text, value: this.expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return { kind: 'struct', type: typeName(type), fields, at };
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(this.#peek());
  }

  #unexpected({ kind, text, at }: Token): CelSyntaxError {
    return new CelSyntaxError(
      kind === 'end' ? "Syntax error: mismatched input '<EOF>' expecting an expression" : `Syntax error: mismatched input '${text}'`,
      at,
    );
  }
}

function isTypeName(expression: Expr): boolean {
  return (
    expression.kind === 'ident' ||
    (expression.kind === 'select' && !expression.test && !expression.optional && isTypeName(expression.target))
  );
}

function typeName(expression: Expr): string {
  if (expression.kind === 'ident') return expression.name;
  return expression.kind === 'select' ? `${typeName(expression.target)}.${expression.field}` : '';
}

function simpleName(expression: Expr): string {
  if (expression.kind !== 'ident') throw new CelSyntaxError('argument must be a simple name', expression.at);
  return expression.name;
}

function comprehension(name: string, range: Expr, args: Expr[], at: number): Expr {
  const macro = (name === 'existsOne' ? 'exists_one' : name) as Macro;
  const two = macro.startsWith('transform') || (args.length === 3 && (macro === 'all' || macro === 'exists' || macro === 'exists_one'));
  const variables = args.slice(0, two ? 2 : 1).map(simpleName);
  return { kind: 'comprehension', macro, range, variables, body: args.slice(variables.length), at };
}

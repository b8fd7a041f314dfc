/** Label selectors as text, as in `?labelSelector=` (k8s.io/apimachinery/pkg/labels.Parse). */
import type { FieldPath } from '../field.ts';
import { BINARY_OPERATORS, labelKeyError, newRequirement, SelectorError, type Operator, type Requirement } from './requirement.ts';
import { EVERYTHING, selectorOf, type Selector } from './selector.ts';

type TokenKind = ')' | ',' | '!' | '==' | '=' | '>' | 'in' | '<' | '!=' | 'notin' | '(' | 'identifier' | 'end' | 'error';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const LITERALS: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', 'in', '<', '!=', 'notin', '(']);
const SPECIAL = new Set('=!(),><');
const BLANK = new Set(' \t\r\n');

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && BLANK.has(text.charAt(at))) at++;
    const start = at;
    const first = text.charAt(at);
    // Upstream's lexer takes a NUL for the end.
    if (first === '' || first === '\0') break;
    if (SPECIAL.has(first)) {
      let matched = 0;
      while (SPECIAL.has(text.charAt(at))) {
        if (LITERALS.has(text.slice(start, at + 1))) matched = at + 1;
        else if (matched > 0) break;
        at++;
      }
      const token = text.slice(start, matched);
      tokens.push(
        matched > 0
          ? { kind: token as TokenKind, text: token }
          : { kind: 'error', text: `error expected: keyword found '${text.slice(start, at)}'` },
      );
      continue;
    }
    while (at < text.length && text.charAt(at) !== '\0' && !SPECIAL.has(text.charAt(at)) && !BLANK.has(text.charAt(at))) at++;
    const word = text.slice(start, at);
    tokens.push({ kind: LITERALS.has(word) ? (word as TokenKind) : 'identifier', text: word });
    if (text.charAt(at) === '\0') at++;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  readonly #path: FieldPath | undefined;
  #at = 0;

  constructor(text: string, path: FieldPath | undefined) {
    this.#tokens = tokenize(text);
    this.#path = path;
  }

  parse(): Requirement[] {
    const out: Requirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') return out;
      if (token.kind !== 'identifier' && token.kind !== '!') {
        throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      try {
        out.push(this.#requirement());
      } catch (error) {
        if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
        throw error;
      }
      const next = this.#take();
      if (next.kind === 'end') return out;
      if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'identifier' && after.kind !== '!')
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
    }
  }

  // `in` and `notin` are words like any other, except where an operator must stand.
  #peek(): Token {
    const token = this.#tokens[this.#at] ?? { kind: 'end', text: '' };
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #requirement(): Requirement {
    let token = this.#take();
    const negated = token.kind === '!';
    if (negated) token = this.#take();
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const keyError = labelKeyError(key, this.#path);
    if (keyError) throw new SelectorError(String(keyError));
    if (negated) return newRequirement(key, '!', [], this.#path);
    const next = this.#peek();
    if (next.kind === 'end' || next.kind === ',') return newRequirement(key, 'exists', [], this.#path);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    return newRequirement(key, operator, [...new Set(values)].sort(), this.#path);
  }

  #operator(): Operator {
    const token = this.#tokens[this.#at++] ?? { kind: 'end', text: '' };
    switch (token.kind) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token.kind;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw new SelectorError(`found '${token.text}', expected: ${BINARY_OPERATORS.join(', ')}`);
    }
  }

  #exactValue(): string {
    const token = this.#peek();
    if (token.kind === 'end' || token.kind === ',') return '';
    this.#at++;
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.kind === ')') {
      this.#at++;
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',')
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = this.#identifiers();
    if (this.#take().kind !== ')') throw new SelectorError(`found '${first.text}', expected: ')'`);
    return values;
  }

  /** Values between parentheses; an empty place between commas is the empty value. */
  #identifiers(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      const next = this.#peek();
      if (token.kind === 'identifier') {
        values.push(token.text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.length === 0 || next.kind === ',') values.push('');
        if (next.kind === ')') return [...values, ''];
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }
}

/**
 * Parses `a=b,c!=d,e in (x,y),!f,g>1`. Throws SelectorError with upstream's message. `path` only decorates messages.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string, path?: FieldPath): Selector {
  return text === '' ? EVERYTHING : selectorOf(new Parser(text, path).parse());
}

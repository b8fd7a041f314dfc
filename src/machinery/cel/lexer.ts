/** Tokens of the Common Expression Language (https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax). */
export type TokenKind = 'identifier' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'operator' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Value of literals. */
  readonly value?: bigint | number | string | Uint8Array;
  /** Offset in the source. */
  readonly at: number;
}

export class CelSyntaxError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const OPERATORS = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '?',
  ':',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
];
const NUMBER = /(?:0x[0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?)/y;
const IDENTIFIER = /[_a-zA-Z][_a-zA-Z0-9]*|`[^`\n]+`/y;
const STRING = /([rRbB]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y;
const RAW_STRING = /([rRbB]{1,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')/y;

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    const space = /(?:[ \t\r\n\f]|\/\/[^\n]*)*/y;
    at += match(space)?.[0].length ?? 0;
    if (at >= source.length) break;
    const raw = match(RAW_STRING);
    const literal = raw && /[rR]/.test(raw[1] ?? '') ? raw : match(STRING);
    const number = literal ? null : match(NUMBER);
    const identifier = literal || number ? null : match(IDENTIFIER);
    if (literal) tokens.push(stringToken(literal, at));
    else if (number) tokens.push(numberToken(number[0], at));
    else if (identifier) tokens.push({ kind: 'identifier', text: identifier[0].replaceAll('`', ''), at });
    else tokens.push({ kind: 'operator', text: operatorAt(source, at), at });
    at += (literal ?? number ?? identifier)?.[0].length ?? tokens.at(-1)?.text.length ?? 1;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at });
  return tokens;
}

function operatorAt(source: string, at: number): string {
  const found = OPERATORS.find((o) => source.startsWith(o, at));
  if (found === undefined) throw new CelSyntaxError(`Syntax error: token recognition error at: '${source.charAt(at)}'`, at);
  return found;
}

function numberToken(text: string, at: number): Token {
  const isUnsigned = /[uU]$/.test(text);
  const digits = isUnsigned ? text.slice(0, -1) : text;
  if (/^0x/i.test(digits) || /^\d+$/.test(digits)) return { kind: isUnsigned ? 'uint' : 'int', text, value: BigInt(digits), at };
  return { kind: 'double', text, value: Number(digits), at };
}

function stringToken(match: RegExpExecArray, at: number): Token {
  const [text, prefix = '', quoted = ''] = match;
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const body = quoted.slice(width, -width);
  const isRaw = /[rR]/.test(prefix);
  if (/[bB]/.test(prefix))
    return { kind: 'bytes', text, value: isRaw ? Buffer.from(body) : Buffer.concat(unescape(body, at, true) as Buffer[]), at };
  return { kind: 'string', text, value: isRaw ? body : (unescape(body, at, false) as string[]).join(''), at };
}

const SIMPLE: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))|[^\\]+/g;

function unescape(body: string, at: number, bytes: boolean): (string | Buffer)[] {
  return [...body.matchAll(ESCAPE)].map(([whole, x, bigX, u, bigU, octal, simple]) => {
    if (!whole.startsWith('\\')) return bytes ? Buffer.from(whole) : whole;
    const byte = x ?? bigX;
    const code =
      byte !== undefined
        ? parseInt(byte, 16)
        : octal !== undefined
          ? parseInt(octal, 8)
          : u !== undefined || bigU !== undefined
            ? parseInt(u ?? bigU ?? '', 16)
            : undefined;
    if (code !== undefined) {
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        throw new CelSyntaxError(`Syntax error: invalid unicode code point in ${whole}`, at);
      return bytes ? ((u ?? bigU) ? Buffer.from(String.fromCodePoint(code)) : Buffer.from([code])) : String.fromCodePoint(code);
    }
    const text = SIMPLE[simple ?? ''];
    if (text === undefined) throw new CelSyntaxError(`Syntax error: invalid escape ${whole}`, at);
    return bytes ? Buffer.from(text) : text;
  });
}

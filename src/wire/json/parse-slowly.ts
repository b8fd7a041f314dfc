/**
 * The careful JSON parser: exact integers, duplicate keys, and syntax errors in the words of Go's encoding/json. It keeps its own
 * stack, so depth costs no call stack. parse.ts calls it only where JSON.parse does not do.
 */
import { setKey } from './set-key.ts';

/** The text is not JSON. The message is Go's. */
export class JsonSyntaxError extends Error {}

interface Frame {
  readonly container: unknown[] | Record<string, unknown>;
  readonly isArray: boolean;
  /** Of an object: the key whose value comes next. */
  key: string;
  readonly seen: Set<string> | undefined;
}

export function parseSlowly(text: string, maxDepth: number): { value: unknown; duplicates: string[] } {
  return new SlowParser(text, maxDepth).parse();
}

const LITERALS: Readonly<Record<string, readonly [string, boolean | null]>> = { t: ['true', true], f: ['false', false], n: ['null', null] };
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const INT64_MAX = 2n ** 63n - 1n;

class SlowParser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #duplicates = new Set<string>();
  readonly #stack: Frame[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  parse(): { value: unknown; duplicates: string[] } {
    let root: unknown;
    this.#blanks();
    for (;;) {
      // A value starts here. An opened, non-empty container goes on to its first member.
      const value = this.#start();
      if (value === OPENED) continue;
      let done = value;
      // Put it in its place; what that closes goes into its own place.
      for (;;) {
        const frame = this.#stack.at(-1);
        if (!frame) {
          root = done;
          this.#blanks();
          if (this.#at < this.#text.length) throw this.#invalid('after top-level value');
          return { value: root, duplicates: [...this.#duplicates] };
        }
        if (frame.isArray) (frame.container as unknown[]).push(done);
        else setKey(frame.container as Record<string, unknown>, frame.key, done);
        if (this.#next(frame)) break;
        this.#stack.pop();
        done = frame.container;
      }
    }
  }

  /** Reads a scalar, an empty container (returned), or opens a container (OPENED). */
  #start(): unknown {
    const c = this.#text.charAt(this.#at);
    if (c === '{' || c === '[') return this.#open(c === '[');
    if (c === '"') return this.#string();
    if (c === '-' || (c >= '0' && c <= '9')) return this.#number();
    const literal = LITERALS[c];
    if (!literal) throw this.#invalid('looking for beginning of value');
    return this.#literal(literal);
  }

  #open(isArray: boolean): unknown {
    if (this.#stack.length + 1 > this.#maxDepth) throw new JsonSyntaxError('exceeded max depth');
    this.#at++;
    this.#blanks();
    const container = isArray ? [] : {};
    if (this.#text.charAt(this.#at) === (isArray ? ']' : '}')) {
      this.#at++;
      return container;
    }
    const frame: Frame = { container, isArray, key: '', seen: isArray ? undefined : new Set() };
    this.#stack.push(frame);
    if (!isArray) this.#key(frame);
    return OPENED;
  }

  /** After a member: true when another one follows, false when the container ends. */
  #next(frame: Frame): boolean {
    this.#blanks();
    const c = this.#text.charAt(this.#at);
    if (c === (frame.isArray ? ']' : '}')) {
      this.#at++;
      return false;
    }
    if (c !== ',') throw this.#invalid(frame.isArray ? 'after array element' : 'after object key:value pair');
    this.#at++;
    this.#blanks();
    if (!frame.isArray) this.#key(frame);
    return true;
  }

  #key(frame: Frame): void {
    if (this.#text.charAt(this.#at) !== '"') throw this.#invalid('looking for beginning of object key string');
    frame.key = this.#string();
    if (frame.seen?.has(frame.key)) this.#duplicates.add(this.#path());
    frame.seen?.add(frame.key);
    this.#blanks();
    if (this.#text.charAt(this.#at) !== ':') throw this.#invalid('after object key');
    this.#at++;
    this.#blanks();
  }

  #path(): string {
    let path = '';
    for (const frame of this.#stack) {
      if (frame.isArray) path += `[${(frame.container as unknown[]).length}]`;
      else path += path === '' ? frame.key : `.${frame.key}`;
    }
    return path;
  }

  #blanks(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#at++;
    }
  }

  #literal([word, value]: readonly [string, boolean | null]): boolean | null {
    for (let i = 0; i < word.length; i++, this.#at++) {
      const expected = word.charAt(i);
      if (this.#text.charAt(this.#at) !== expected) throw this.#invalid(`in literal ${word} (expecting '${expected}')`);
    }
    return value;
  }

  #string(): string {
    const text = this.#text;
    let out = '';
    let start = ++this.#at;
    for (;;) {
      const c = text.charCodeAt(this.#at);
      if (c === 0x22) {
        out += text.slice(start, this.#at++);
        return out.toWellFormed();
      }
      if (c === 0x5c) {
        out += text.slice(start, this.#at++) + this.#escape();
        start = this.#at;
      } else if (Number.isNaN(c) || c < 0x20) throw this.#invalid('in string literal');
      else this.#at++;
    }
  }

  #escape(): string {
    const c = this.#text.charAt(this.#at);
    const short = ESCAPES[c];
    if (short !== undefined) {
      this.#at++;
      return short;
    }
    if (c !== 'u') throw this.#invalid('in string escape code');
    this.#at++;
    const start = this.#at;
    for (let i = 0; i < 4; i++, this.#at++) {
      if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at))) throw this.#invalid('in \\u hexadecimal character escape');
    }
    return String.fromCharCode(parseInt(this.#text.slice(start, this.#at), 16));
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) {
      this.#at++;
      throw this.#invalid('in numeric literal');
    }
    const [literal, fraction, exponent] = match;
    this.#at += literal.length;
    const c = this.#text.charAt(this.#at);
    if (c === '.' && fraction === undefined && exponent === undefined) {
      this.#at++;
      throw this.#invalid('after decimal point in numeric literal');
    }
    if ((c === 'e' || c === 'E') && exponent === undefined) {
      this.#at++;
      if (/[+-]/.test(this.#text.charAt(this.#at))) this.#at++;
      throw this.#invalid('in exponent of numeric literal');
    }
    const value = Number(literal);
    if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value)) {
      const exact = BigInt(literal);
      if (exact <= INT64_MAX && exact >= -INT64_MAX - 1n) return exact;
    }
    if (!Number.isFinite(value)) throw new JsonSyntaxError(`json: cannot unmarshal number ${literal} into Go value of type float64`);
    return value;
  }

  #invalid(context: string): JsonSyntaxError {
    if (this.#at >= this.#text.length) {
      // In the middle of a number or a word Go finds the blank that it feeds itself at the end.
      const inToken = /^in (numeric|literal|exponent)|^after decimal/.test(context);
      return new JsonSyntaxError(inToken ? `invalid character ' ' ${context}` : 'unexpected end of JSON input');
    }
    // Go names the byte, not the character.
    const byte = Buffer.from(this.#text.slice(this.#at, this.#at + 2))[0] ?? 0;
    return new JsonSyntaxError(`invalid character ${quoteByte(byte)} ${context}`);
  }
}

/** A container with members was opened: its first value comes next. */
const OPENED: unique symbol = Symbol('opened');

function quoteByte(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return "'\"'";
  const short: Readonly<Record<number, string>> = {
    7: '\\a',
    8: '\\b',
    9: '\\t',
    10: '\\n',
    11: '\\v',
    12: '\\f',
    13: '\\r',
    0x5c: '\\\\',
  };
  if (short[byte] !== undefined) return `'${short[byte]}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'\\u00${byte.toString(16)}'`;
  return `'${String.fromCharCode(byte)}'`;
}

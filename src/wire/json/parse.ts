/**
 * JSON as the API server reads it. Numbers are JavaScript numbers, except integers that fit int64 but not 2^53: those are BigInt
 * (print them with stringifyJson). Invalid UTF-8 and lone surrogates become U+FFFD, as in Go.
 */
import { parseSlowly } from './parse-slowly.ts';

export { JsonSyntaxError } from './parse-slowly.ts';

export interface ParsedJson {
  readonly value: unknown;
  /** Paths of keys that occurred again in their object (`spec.replicas`, `list[0].name`), each once, in document order. */
  readonly duplicates: readonly string[];
}

export interface ParseOptions {
  /** Deepest nesting that is read; MAX_DEPTH when left out. */
  readonly maxDepth?: number;
}

/**
 * Go's limit is 10,000. Here JSON.stringify, structuredClone and every walk over an object recurse, and the stack ends between 1,600 and
 * 5,000 levels; what is refused at the door can overflow nothing later. Real objects stay below 100.
 */
export const MAX_DEPTH = 1000;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const NO_DUPLICATES: readonly string[] = [];

/** Throws JsonSyntaxError with Go's message. */
export function parseJson(input: Uint8Array | string, options: ParseOptions = {}): ParsedJson {
  const maxDepth = options.maxDepth ?? MAX_DEPTH;
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const text = typeof input === 'string' ? input.toWellFormed() : decoder.decode(input);
  const scanned = scan(bytes, maxDepth);
  if (scanned.plain) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Not JSON: the slow parser says where, in Go's words.
      return parseSlowly(text, maxDepth);
    }
    // As many keys as colons: no key came twice.
    if (countKeys(value) === scanned.colons) return { value, duplicates: NO_DUPLICATES };
  }
  return parseSlowly(text, maxDepth);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One pass over the bytes: how many colons stand outside strings, and whether JSON.parse alone reads the text rightly. */
function scan(bytes: Uint8Array, maxDepth: number): { colons: number; plain: boolean } {
  let colons = 0;
  let depth = 0;
  let digits = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i] as number;
    if (c === QUOTE) {
      digits = 0;
      for (i++; i < bytes.length; i++) {
        const s = bytes[i] as number;
        if (s === QUOTE) break;
        if (s === BACKSLASH) {
          i++;
          // \ud8xx: perhaps half of a pair.
          if (bytes[i] === 0x75 && ((bytes[i + 1] as number) | 0x20) === 0x64) return { colons, plain: false };
        }
      }
    } else if (c >= 0x30 && c <= 0x39) {
      if (++digits > 15) return { colons, plain: false };
    } else {
      // An exponent may lead out of what a float holds.
      if (digits > 0 && (c | 0x20) === 0x65) return { colons, plain: false };
      digits = 0;
      if (c === 0x3a) colons++;
      else if (c === 0x7b || c === 0x5b) {
        if (++depth > maxDepth) return { colons, plain: false };
      } else if (c === 0x7d || c === 0x5d) depth--;
    }
  }
  return { colons, plain: true };
}

function countKeys(root: unknown): number {
  if (typeof root !== 'object' || root === null) return 0;
  let count = 0;
  const open: object[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) {
      for (const item of node as unknown[]) if (typeof item === 'object' && item !== null) open.push(item);
    } else {
      for (const key in node) {
        count++;
        const item = (node as Record<string, unknown>)[key];
        if (typeof item === 'object' && item !== null) open.push(item);
      }
    }
  }
  return count;
}

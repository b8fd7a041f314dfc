/** Scalars as Go's decoder takes them, and prints them again. */
import { failPlain, failType, type Decoder } from './context.ts';

export interface ScalarType {
  readonly goType: string;
  readonly zero: unknown;
  readonly decode: Decoder;
}

const INT64_MAX = 2n ** 63n - 1n;

function integer(goType: string, min: number, max: number): Decoder {
  return (value, context) => {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && value >= min && value <= max) return value === 0 ? 0 : value;
      return failType(value, goType, context, `number ${value}`);
    }
    if (typeof value === 'bigint') {
      if (goType === 'int64' && value <= INT64_MAX && value >= -INT64_MAX - 1n) return value;
      return failType(value, goType, context, `number ${value}`);
    }
    return failType(value, goType, context);
  };
}

const string: Decoder = (value, context) => (typeof value === 'string' ? value : failType(value, 'string', context));
const bool: Decoder = (value, context) => (typeof value === 'boolean' ? value : failType(value, 'bool', context));
const double: Decoder = (value, context) =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : failType(value, 'float64', context);

/** Bytes are base64 text in JSON; Go skips line breaks in it and prints the canonical form. */
const bytes: Decoder = (value, context) => {
  if (typeof value !== 'string') return failType(value, '[]uint8', context);
  const canonical = Buffer.from(value, 'base64').toString('base64');
  if (canonical === value) return value;
  const wrong = firstWrongBase64(value);
  if (wrong !== undefined) failPlain(`illegal base64 data at input byte ${wrong}`);
  return canonical;
};

/** Offset that Go complains about, or undefined when the text is padded standard base64 (line breaks aside). */
function firstWrongBase64(text: string): number | undefined {
  let inQuantum = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\r' || character === '\n') continue;
    if (/[A-Za-z0-9+/]/.test(character)) {
      inQuantum = (inQuantum + 1) % 4;
      continue;
    }
    if (character !== '=' || inQuantum < 2) return at;
    const rest = /^[\r\n]*/.exec(text.slice(at + 1))?.[0].length ?? 0;
    let next = at + 1 + rest;
    if (inQuantum === 2) {
      if (next >= text.length) return text.length;
      if (text.charAt(next) !== '=') return next - 1;
      next += 1 + (/^[\r\n]*/.exec(text.slice(next + 1))?.[0].length ?? 0);
    }
    return next < text.length ? next : undefined;
  }
  return inQuantum === 0 ? undefined : text.length - inQuantum;
}

export const SCALAR_TYPES: Readonly<Record<string, ScalarType>> = {
  string: { goType: 'string', zero: '', decode: string },
  bool: { goType: 'bool', zero: false, decode: bool },
  int32: { goType: 'int32', zero: 0, decode: integer('int32', -2147483648, 2147483647) },
  // 2^63 itself rounds into the range as a float; the parser hands such integers over as BigInt or as larger floats.
  int64: { goType: 'int64', zero: 0, decode: integer('int64', -(2 ** 63), 2 ** 63 - 1024) },
  double: { goType: 'float64', zero: 0, decode: double },
  bytes: { goType: '[]uint8', zero: '', decode: bytes },
};

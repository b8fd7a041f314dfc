/**
 * Reads DER (ITU-T X.690), as much as certificates and certificate requests need. Definite lengths only; no copies: every value is a
 * view of the input. Throws DerError on anything malformed, with bounded work.
 */
export class DerError extends Error {
  constructor(message: string) {
    super(`Cannot read DER: ${message}`);
    this.name = 'DerError';
  }
}

export interface DerValue {
  /** The identifier octet: 0x30 SEQUENCE, 0x31 SET, 0x02 INTEGER, 0x06 OBJECT IDENTIFIER, 0xa0.. context-specific. */
  readonly tag: number;
  /** What is inside, without tag and length. */
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly raw: Buffer;
}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const OID = 0x06;

/** The one value that `bytes` hold; trailing bytes are an error. */
export function readDer(bytes: Buffer): DerValue {
  const { value, end } = readAt(bytes, 0);
  if (end !== bytes.length) throw new DerError('trailing bytes');
  return value;
}

/** The values inside a constructed one. */
export function children(value: DerValue): DerValue[] {
  const out: DerValue[] = [];
  for (let at = 0; at < value.content.length;) {
    const { value: child, end } = readAt(value.content, at);
    out.push(child);
    at = end;
  }
  return out;
}

/** Like `children`, of a value that must have this tag. */
export function childrenOf(value: DerValue | undefined, tag: number): DerValue[] {
  if (value?.tag !== tag) throw new DerError(`expected tag ${tag}, got ${value?.tag}`);
  return children(value);
}

/** `2.5.4.3` */
export function readOid(value: DerValue | undefined): string {
  if (value?.tag !== OID || value.content.length === 0) throw new DerError('expected an object identifier');
  const parts: number[] = [];
  let current = 0;
  for (const [i, byte] of value.content.entries()) {
    current = current * 128 + (byte & 0x7f);
    if (current > Number.MAX_SAFE_INTEGER / 128) throw new DerError('object identifier too large');
    if (byte & 0x80) {
      if (i === value.content.length - 1) throw new DerError('object identifier cut off');
      continue;
    }
    if (parts.length > 0) parts.push(current);
    else if (current < 80) parts.push(Math.floor(current / 40), current % 40);
    else parts.push(2, current - 80);
    current = 0;
  }
  return parts.join('.');
}

/** Text of any of the string types; undefined when it is none. */
export function readText(value: DerValue): string | undefined {
  switch (value.tag) {
    case 0x0c: // UTF8String
      return value.content.toString('utf8');
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x16: // IA5String
    case 0x14: // T61String, read as Latin-1
      return value.content.toString('latin1');
    case 0x1e: // BMPString
      return Buffer.from(value.content.subarray(0, value.content.length & ~1))
        .swap16()
        .toString('utf16le');
    default:
      return undefined;
  }
}

/** UTCTime or GeneralizedTime, in milliseconds since the epoch. */
export function readTime(value: DerValue | undefined): number {
  const text = value?.content.toString('latin1') ?? '';
  const match =
    value?.tag === 0x17
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : value?.tag === 0x18
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null;
  if (!match) throw new DerError('expected a time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  // RFC 5280, 4.1.2.5.1: two digits below 50 are of this century.
  const full = value?.tag === 0x18 ? year : year < 50 ? 2000 + year : 1900 + year;
  return Date.UTC(full, month - 1, day, hour, minute, second);
}

/** A small non-negative INTEGER. */
export function readSmallInteger(value: DerValue): number {
  if (value.tag !== 0x02 || value.content.length === 0 || value.content.length > 4 || (value.content[0] ?? 0) & 0x80)
    throw new DerError('expected a small integer');
  return value.content.reduce((sum, byte) => sum * 256 + byte, 0);
}

function readAt(bytes: Buffer, start: number): { value: DerValue; end: number } {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw new DerError('cut off');
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags above 30 are not supported');
  let at = start + 2;
  let length = first;
  if (first & 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('bad length');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[at++] ?? NaN);
  }
  const end = at + length;
  if (!(end <= bytes.length)) throw new DerError('cut off');
  return { value: { tag, content: bytes.subarray(at, end), raw: bytes.subarray(start, end) }, end };
}

/** Names between text and wire. Text is lower case, without the closing dot; the root is empty. */
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from './constants.ts';

/** Uncompressed wire form. Throws for a name or label that is too long or empty inside; callers pass names made of API names. */
export function encodeName(name: string): Buffer {
  if (name === '') return Buffer.from([0]);
  const parts: Buffer[] = [];
  for (const label of name.split('.')) {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length === 0 || bytes.length > MAX_LABEL_BYTES)
      throw new Error(`Cannot encode name ${name}: label "${label}" has ${bytes.length} bytes`);
    parts.push(Buffer.from([bytes.length]), bytes);
  }
  const wire = Buffer.concat([...parts, Buffer.from([0])]);
  if (wire.length > MAX_NAME_BYTES) throw new Error(`Cannot encode name ${name}: ${wire.length} bytes`);
  return wire;
}

/** True when text can be encoded. */
export function isEncodableName(name: string): boolean {
  if (name === '') return true;
  return name.length + 2 <= MAX_NAME_BYTES && name.split('.').every((label) => label.length > 0 && label.length <= MAX_LABEL_BYTES);
}

export interface ReadName {
  /** Lower case. Undefined when a label holds a dot: no name of ours does, and as text it could be mistaken for one. */
  readonly text: string | undefined;
  /** Offset behind the name. */
  readonly end: number;
}

const scratch = Buffer.alloc(MAX_NAME_BYTES);

/** Reads the name of a question: no compression is allowed there, as nothing precedes it. Undefined when malformed. */
export function readQuestionName(message: Uint8Array, start: number): ReadName | undefined {
  let offset = start;
  let dotted = false;
  for (;;) {
    const length = message[offset];
    // 0xc0 would be a pointer, 0x40 and 0x80 are label types that were never used.
    if (length === undefined || length > MAX_LABEL_BYTES) return undefined;
    if (length === 0) break;
    const end = offset + 1 + length;
    if (end >= message.length || end - start >= MAX_NAME_BYTES) return undefined;
    scratch[offset - start] = 0x2e;
    for (let i = offset + 1; i < end; i++) {
      const byte = message[i] ?? 0;
      if (byte === 0x2e) dotted = true;
      scratch[i - start] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    }
    offset = end;
  }
  return { text: dotted ? undefined : scratch.toString('latin1', 1, Math.max(1, offset - start)), end: offset + 1 };
}

/**
 * Offset behind a possibly compressed name; undefined when malformed. Pointers must lead backwards, so that following them ends: here the target need
 * not be read, only be there.
 */
export function skipName(message: Uint8Array, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const length = message[offset];
    if (length === undefined) return undefined;
    if (length === 0) return offset + 1;
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (message[offset + 1] ?? 0);
      return offset + 1 < message.length && target < offset ? offset + 2 : undefined;
    }
    if (length > MAX_LABEL_BYTES) return undefined;
    offset += 1 + length;
    if (offset - start > MAX_NAME_BYTES) return undefined;
  }
}

/** Reads a possibly compressed name as text. Undefined when malformed, too long or in a loop. */
export function readName(message: Uint8Array, start: number): string | undefined {
  const labels: string[] = [];
  let offset = start;
  let bound = start + 1;
  let total = 0;
  for (;;) {
    const length = message[offset];
    if (length === undefined) return undefined;
    if (length === 0) return labels.join('.').toLowerCase();
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (message[offset + 1] ?? 0);
      // Each pointer leads before the last one: the number of steps is bounded.
      if (offset + 1 >= message.length || target >= bound || target >= offset) return undefined;
      bound = target;
      offset = target;
      continue;
    }
    if (length > MAX_LABEL_BYTES || offset + length >= message.length) return undefined;
    total += length + 1;
    if (total >= MAX_NAME_BYTES) return undefined;
    labels.push(Buffer.from(message.buffer, message.byteOffset + offset + 1, length).toString('latin1'));
    offset += 1 + length;
  }
}

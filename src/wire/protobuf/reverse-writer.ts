/**
 * Writes protobuf from the last byte to the first, as gogo does: the length of a nested message is known when its body has been
 * written, so nothing is measured beforehand and nothing is moved afterwards.
 */
const SHORT_TEXT = 64;
const FIRST_SIZE = 16 * 1024;
const LARGEST_KEPT = 1024 * 1024;
/** The buffer of the last writer that finished: most messages are short and follow one another. */
let spare: Buffer | undefined;

function takeSpare(): Buffer {
  const buffer = spare ?? Buffer.allocUnsafeSlow(FIRST_SIZE);
  spare = undefined;
  return buffer;
}

export class ReverseWriter {
  #buffer = takeSpare();
  /** Everything from here to the end is written. */
  #at = this.#buffer.length;

  /** Bytes written so far. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** A copy of what was written. The writer is used up: the next one takes its buffer. */
  finish(): Buffer {
    const out = Buffer.from(this.#buffer.subarray(this.#at));
    if (this.#buffer.length <= LARGEST_KEPT) spare = this.#buffer;
    this.#buffer = Buffer.alloc(0);
    this.#at = 0;
    return out;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    if (value < 0x80) {
      this.#reserve(1);
      this.#buffer[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[at] = rest;
  }

  /** int32 or int64: negative numbers take ten bytes of two's complement. */
  int(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return this.varint(value);
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** Length and UTF-8. */
  text(value: string): void {
    if (value.length <= SHORT_TEXT && this.#ascii(value)) return this.varint(value.length);
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at, 'utf8');
    this.varint(size);
  }

  /** Short texts are nearly always ASCII: written here, without a call into the runtime. */
  #ascii(value: string): boolean {
    this.#reserve(value.length);
    let at = this.#at;
    for (let i = value.length - 1; i >= 0; i--) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#buffer[--at] = code;
    }
    this.#at = at;
    return true;
  }

  /** Length and bytes. */
  bytes(value: Uint8Array): void {
    this.raw(value);
    this.varint(value.length);
  }

  /** Bytes alone. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const written = this.length;
    const bigger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, written + size));
    const at = bigger.length - written;
    this.#buffer.copy(bigger, at, this.#at);
    this.#buffer = bigger;
    this.#at = at;
  }
}

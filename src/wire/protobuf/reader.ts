/** Reads protobuf primitives; every length is checked against what is there. */
import { BYTES, FIXED32, FIXED64, VARINT } from './writer.ts';

/** The bytes are no valid message. */
export class ProtoError extends Error {}

const TWO_32 = 2 ** 32;
/** Deeper messages are refused; no API type comes near. */
const MAX_DEPTH = 500;

export class ProtoReader {
  readonly #buffer: Buffer;
  #at: number;
  #end: number;
  #depth = 0;
  /** The last varint, as two halves. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  tag(): { readonly field: number; readonly wireType: number } {
    const tag = this.tagNumber();
    return { field: tag >>> 3, wireType: tag & 7 };
  }

  /** Field number * 8 + wire type, without an object around it. */
  tagNumber(): number {
    this.#varint();
    if (this.#low >>> 3 === 0) throw new ProtoError('proto: illegal tag 0');
    return this.#low;
  }

  /** As a signed 64-bit integer; a bigint only when it is not exact as a number. */
  int64(): number | bigint {
    this.#varint();
    const high = this.#high | 0;
    if (high >= -0x200000 && high < 0x200000) {
      const value = high * TWO_32 + this.#low;
      if (Number.isSafeInteger(value)) return value;
    }
    return (BigInt(high) << 32n) | BigInt(this.#low);
  }

  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  bool(): boolean {
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  double(): number {
    const at = this.#take(8);
    return this.#buffer.readDoubleLE(at);
  }

  text(): string {
    const size = this.#size();
    const at = this.#take(size);
    return size === 0 ? '' : this.#buffer.toString('utf8', at, at + size);
  }

  /** A view of the input, not a copy. */
  bytes(): Buffer {
    const size = this.#size();
    const at = this.#take(size);
    return this.#buffer.subarray(at, at + size);
  }

  /** A reader over a nested message. */
  nested(): ProtoReader {
    const size = this.#size();
    const at = this.#take(size);
    return new ProtoReader(this.#buffer, at, at + size);
  }

  /** Goes into a nested message: until leave(), `done` means its end. Returns what leave() takes. */
  enter(): number {
    if (++this.#depth > MAX_DEPTH) throw new ProtoError('proto: message nests too deeply');
    const size = this.#size();
    if (size > this.#end - this.#at) throw new ProtoError('unexpected EOF');
    const outer = this.#end;
    this.#end = this.#at + size;
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
    this.#depth--;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#take(8);
    else if (wireType === BYTES) this.#take(this.#size());
    else if (wireType === FIXED32) this.#take(4);
    else throw new ProtoError(`proto: illegal wireType ${wireType}`);
  }

  #size(): number {
    this.#varint();
    if (this.#high !== 0 || this.#low > this.#end) throw new ProtoError('unexpected EOF');
    return this.#low;
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw new ProtoError('unexpected EOF');
    this.#at = at + size;
    return at;
  }

  #varint(): void {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = 0;
        return;
      }
    }
    // The fifth byte belongs to both halves.
    const middle = this.#byte();
    this.#low = (low | ((middle & 0x0f) << 28)) >>> 0;
    let high = (middle & 0x7f) >>> 4;
    if (middle >= 0x80) {
      for (let shift = 3; ; shift += 7) {
        if (shift > 31) throw new ProtoError('proto: integer overflow');
        const byte = this.#byte();
        high |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
    }
    this.#high = high >>> 0;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new ProtoError('unexpected EOF');
    return this.#buffer[this.#at++] as number;
  }
}

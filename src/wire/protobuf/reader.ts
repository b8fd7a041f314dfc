/** Reads protobuf primitives; every length is checked against what is there. */
import { BYTES, FIXED32, FIXED64, VARINT } from './writer.ts';

export class ProtoError extends Error {}

export class ProtoReader {
  readonly #buffer: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  tag(): { readonly field: number; readonly wireType: number } {
    const tag = Number(this.#varint());
    const field = Math.floor(tag / 8);
    if (field === 0) throw new ProtoError('proto: illegal tag 0');
    return { field, wireType: tag & 7 };
  }

  /** As a signed 64-bit integer; a bigint only when it is not exact as a number. */
  int64(): number | bigint {
    const value = BigInt.asIntN(64, this.#varint());
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.#varint()));
  }

  bool(): boolean {
    return this.#varint() !== 0n;
  }

  double(): number {
    const at = this.#take(8);
    return this.#buffer.readDoubleLE(at);
  }

  text(): string {
    const size = this.#size();
    const at = this.#take(size);
    return this.#buffer.toString('utf8', at, at + size);
  }

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

  skip(wireType: number): void {
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#take(8);
    else if (wireType === BYTES) this.#take(this.#size());
    else if (wireType === FIXED32) this.#take(4);
    else throw new ProtoError(`proto: illegal wireType ${wireType}`);
  }

  #size(): number {
    const size = this.#varint();
    if (size > BigInt(this.#end)) throw new ProtoError('unexpected EOF');
    return Number(size);
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw new ProtoError('unexpected EOF');
    this.#at = at + size;
    return at;
  }

  #varint(): bigint {
    let low = 0;
    // The common case fits a number; only long ones need bigint arithmetic.
    for (let i = 0; i < 4; i++) {
      const byte = this.#byte();
      low += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtoError('proto: integer overflow');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new ProtoError('unexpected EOF');
    return this.#buffer[this.#at++] as number;
  }
}

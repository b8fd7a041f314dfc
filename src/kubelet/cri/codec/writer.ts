import type { Scalar } from './message.ts';

/** Appends protocol buffer primitives to a growing buffer. */
export class Writer {
  #buffer = Buffer.allocUnsafe(128);
  #length = 0;

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  bytes(field: number, data: Uint8Array): void {
    this.tag(field, 2);
    this.varint(data.length);
    this.#reserve(data.length);
    this.#buffer.set(data, this.#length);
    this.#length += data.length;
  }

  /** A number's or boolean's bytes without its tag. */
  bareScalar(kind: Scalar, value: unknown): void {
    if (kind === 'double') {
      this.#reserve(8);
      this.#length = this.#buffer.writeDoubleLE(value as number, this.#length);
    } else if (kind === 'bool') {
      this.varint(value ? 1 : 0);
    } else {
      this.varint(value as number);
    }
  }

  /** Negative numbers take ten bytes, as int32 and int64 do on the wire. */
  varint(value: number): void {
    this.#reserve(10);
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
      let big = BigInt.asUintN(64, BigInt(Math.trunc(value)));
      while (big >= 0x80n) {
        this.#buffer[this.#length++] = Number(big & 0x7fn) | 0x80;
        big >>= 7n;
      }
      this.#buffer[this.#length++] = Number(big);
      return;
    }
    while (value >= 0x80) {
      this.#buffer[this.#length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#buffer[this.#length++] = value;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + count));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

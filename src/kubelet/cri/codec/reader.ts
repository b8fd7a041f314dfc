/** Reads protocol buffer primitives. Throws RangeError past the end. */
export class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  tag(): { field: number; wireType: number } {
    const value = this.varint();
    return { field: Math.floor(value / 8), wireType: value % 8 };
  }

  /** Unsigned; above 2^53 the nearest number. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#buffer[this.#at++];
      if (byte === undefined) throw new RangeError('protobuf: unexpected end of message');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new RangeError('protobuf: varint is longer than ten bytes');
  }

  /** Two's complement in 64 bits. Negative numbers are read exactly. */
  signedVarint(): number {
    const start = this.#at;
    const value = this.varint();
    if (this.#at - start < 10) return value;
    let big = 0n;
    for (let i = start; i < this.#at; i++) big |= BigInt((this.#buffer[i] ?? 0) & 0x7f) << BigInt(7 * (i - start));
    return Number(BigInt.asIntN(64, big));
  }

  double(): number {
    this.#need(8);
    this.#at += 8;
    return this.#buffer.readDoubleLE(this.#at - 8);
  }

  /** A view of a length-delimited field. */
  bytes(): Uint8Array {
    const length = this.varint();
    this.#need(length);
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  string(): string {
    const length = this.varint();
    this.#need(length);
    this.#at += length;
    return this.#buffer.toString('utf8', this.#at - length, this.#at);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.bytes();
    else if (wireType === 5) this.#advance(4);
    else throw new RangeError(`protobuf: wire type ${wireType} is not supported`);
  }

  #advance(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  #need(count: number): void {
    if (this.#at + count > this.#buffer.length) throw new RangeError('protobuf: unexpected end of message');
  }
}

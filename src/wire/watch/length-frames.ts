/** Length-delimited frames (four bytes, big endian, then the frame): watch streams in protobuf. */
import { WatchFrameError } from './json-frames.ts';

const HEADER_BYTES = 4;

/** Puts frames together from chunks of any size. */
export class LengthFrameDecoder {
  readonly #maxBytes: number;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(options: { readonly maxFrameBytes?: number } = {}) {
    this.#maxBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  }

  /** The frames that this chunk completes, without their lengths. Throws WatchFrameError. */
  push(chunk: Uint8Array): Buffer[] {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (this.#buffer.length - at >= HEADER_BYTES) {
      const size = this.#buffer.readUInt32BE(at);
      if (size > this.#maxBytes) throw new WatchFrameError(`Cannot read watch event: it is larger than ${this.#maxBytes} bytes`);
      if (this.#buffer.length - at - HEADER_BYTES < size) break;
      frames.push(this.#buffer.subarray(at + HEADER_BYTES, at + HEADER_BYTES + size));
      at += HEADER_BYTES + size;
    }
    this.#buffer = this.#buffer.subarray(at);
    return frames;
  }

  /** The stream ended. Throws WatchFrameError when a frame was cut off. */
  end(): void {
    if (this.#buffer.length > 0) throw new WatchFrameError('Cannot read watch event: the stream ended inside it');
  }
}

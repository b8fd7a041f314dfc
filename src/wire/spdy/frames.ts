/** Frames of SPDY/3.1 (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/). */
export const FrameType = {
  SYN_STREAM: 1,
  SYN_REPLY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  HEADERS: 8,
  WINDOW_UPDATE: 9,
} as const;

export const FLAG_FIN = 1;

const VERSION = 3;
const HEAD_BYTES = 8;

export type Frame =
  | { readonly kind: 'data'; readonly streamId: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer };

export function dataFrame(streamId: number, payload: Uint8Array, fin: boolean): Buffer {
  const out = Buffer.alloc(HEAD_BYTES + payload.length);
  out.writeUInt32BE(streamId);
  out.writeUInt32BE(payload.length, 4);
  out[4] = fin ? FLAG_FIN : 0;
  out.set(payload, HEAD_BYTES);
  return out;
}

export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const out = Buffer.alloc(HEAD_BYTES + payload.length);
  out.writeUInt16BE(0x8000 | VERSION);
  out.writeUInt16BE(type, 2);
  out.writeUInt32BE(payload.length, 4);
  out[4] = flags;
  out.set(payload, HEAD_BYTES);
  return out;
}

/** Cuts a byte stream into frames. Throws RangeError on another protocol's version. */
export class FrameReader {
  #buffer: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames: Frame[] = [];
    while (this.#buffer.length >= HEAD_BYTES) {
      const length = this.#buffer.readUIntBE(5, 3);
      if (this.#buffer.length < HEAD_BYTES + length) break;
      frames.push(parse(this.#buffer, length));
      this.#buffer = this.#buffer.subarray(HEAD_BYTES + length);
    }
    return frames;
  }
}

function parse(buffer: Buffer, length: number): Frame {
  const payload = buffer.subarray(HEAD_BYTES, HEAD_BYTES + length);
  const flags = buffer[4] ?? 0;
  const first = buffer.readUInt32BE(0);
  if (first < 0x80000000) return { kind: 'data', streamId: first, flags, payload };
  const version = buffer.readUInt16BE(0) & 0x7fff;
  if (version !== VERSION) throw new RangeError(`SPDY version ${version} is not supported`);
  return { kind: 'control', type: buffer.readUInt16BE(2), flags, payload };
}

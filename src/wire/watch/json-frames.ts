/** Watch events as JSON: one object `{"type":...,"object":...}` a line (application/json;stream=watch). */
import { parseJson } from '../json/parse.ts';
import { stringifyJson } from '../json/stringify.ts';

export interface WatchFrame<T = unknown> {
  readonly type: string;
  readonly object: T;
}

/** `objectJson` is the object's JSON text, so that an object serialised once serves every watcher. */
export function encodeWatchFrame(type: string, objectJson: string): string {
  return `{"type":${JSON.stringify(type)},"object":${objectJson}}\n`;
}

/** The same from a value. */
export function encodeWatchEvent(type: string, object: unknown): string {
  return encodeWatchFrame(type, stringifyJson(object));
}

/** The stream is no watch stream, or a frame is larger than the limit. */
export class WatchFrameError extends Error {}

export interface DecoderOptions {
  /** Largest frame in bytes; 64 MiB when left out. */
  readonly maxFrameBytes?: number;
}

const NEWLINE = 0x0a;

/** Puts frames together from chunks of any size. Feed it with push(); it never looks at a byte twice. */
export class WatchFrameDecoder {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(options: DecoderOptions = {}) {
    this.#maxBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  }

  /** The frames that this chunk completes. Throws WatchFrameError. */
  push(chunk: Uint8Array): WatchFrame[] {
    const frames: WatchFrame[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const frame = this.#take();
      if (frame) frames.push(frame);
    }
    this.#keep(chunk.subarray(start));
    return frames;
  }

  /** The stream ended. Returns a last frame that lacked its line break; throws WatchFrameError when one was cut off. */
  end(): WatchFrame | undefined {
    return this.#take();
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#size += part.length;
    if (this.#size > this.#maxBytes) throw new WatchFrameError(`Cannot read watch event: it is larger than ${this.#maxBytes} bytes`);
    // The caller may reuse its buffer; what is kept beyond this call must be ours.
    this.#parts.push(Buffer.from(part));
  }

  #take(): WatchFrame | undefined {
    const line = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    if (line.every((byte) => byte <= 0x20)) return undefined;
    return readFrame(line);
  }
}

function readFrame(line: Uint8Array): WatchFrame {
  let value: unknown;
  try {
    value = parseJson(line).value;
  } catch (error) {
    throw new WatchFrameError(`Cannot read watch event: ${(error as Error).message}`);
  }
  const frame = value as Partial<WatchFrame> | null;
  if (typeof frame !== 'object' || frame === null || typeof frame.type !== 'string')
    throw new WatchFrameError('Cannot read watch event: it has no type');
  return { type: frame.type, object: frame.object };
}

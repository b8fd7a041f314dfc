import type { Duplex } from 'node:stream';
import { controlFrame, dataFrame, FLAG_FIN, FrameReader, FrameType, type Frame } from './frames.ts';
import { HeaderPacker, HeaderUnpacker, type SpdyHeaders } from './header-codec.ts';

export interface SpdyStream {
  /** Resolves when the connection can take more. */
  write(data: Uint8Array): Promise<void>;
  /** No more will be written. */
  end(): void;
  /** What the other side writes; ends with its FIN or with the connection. May be read once. */
  readonly data: AsyncIterable<Buffer>;
}

/** The client's side of a SPDY/3.1 connection. Flow control windows are not kept, as the servers of container runtimes do not either. */
export class SpdyClientSession {
  readonly #socket: Duplex;
  readonly #packer = new HeaderPacker();
  readonly #unpacker = new HeaderUnpacker();
  readonly #frames = new FrameReader();
  readonly #streams = new Map<number, IncomingData>();
  readonly #replies = new Map<number, PromiseWithResolvers<void>>();
  #nextId = 1;
  #reading: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => this.#closed());
    socket.on('close', () => this.#closed());
    socket.on('end', () => this.#closed());
    if (head.length > 0) this.#receive(head);
  }

  /** Opens a stream; resolves when the other side has accepted it. Calls must follow each other. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const incoming = new IncomingData();
    this.#streams.set(id, incoming);
    const reply = Promise.withResolvers<void>();
    this.#replies.set(id, reply);
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id);
    const payload = Buffer.concat([head, await this.#packer.pack(headers)]);
    await this.#write(controlFrame(FrameType.SYN_STREAM, 0, payload));
    await reply.promise;
    return {
      data: incoming,
      write: (data) => this.#write(dataFrame(id, data, false)),
      end: () => void this.#write(dataFrame(id, Buffer.alloc(0), true)),
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(frame: Buffer): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(frame)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.on('drain', done);
      this.#socket.on('close', done);
    });
  }

  #receive(chunk: Buffer): void {
    let frames: Frame[];
    try {
      frames = this.#frames.push(chunk);
    } catch {
      // Nothing after a broken frame can be trusted; readers see the end of their streams.
      this.#socket.destroy();
      return;
    }
    // No more is taken from the network than readers keep up with.
    this.#socket.pause();
    this.#reading = this.#reading
      .then(async () => {
        for (const frame of frames) await this.#handle(frame);
        this.#socket.resume();
      })
      .catch(() => void this.#socket.destroy());
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.kind === 'data') {
      const stream = this.#streams.get(frame.streamId);
      if (frame.payload.length > 0) await stream?.push(frame.payload);
      if (frame.flags & FLAG_FIN) stream?.finish();
      return;
    }
    const { type, payload, flags } = frame;
    if (type === FrameType.PING) {
      await this.#write(controlFrame(FrameType.PING, 0, payload));
    } else if (type === FrameType.SYN_REPLY || type === FrameType.HEADERS) {
      const id = payload.readUInt32BE(0) & 0x7fffffff;
      // Read even when nobody asks: the compression of later blocks builds on it.
      await this.#unpacker.unpack(payload.subarray(4));
      this.#replies.get(id)?.resolve();
      this.#replies.delete(id);
      if (flags & FLAG_FIN) this.#streams.get(id)?.finish();
    } else if (type === FrameType.RST_STREAM) {
      const id = payload.readUInt32BE(0) & 0x7fffffff;
      this.#replies.get(id)?.reject(new Error(`SPDY stream was refused with status ${payload.readUInt32BE(4)}`));
      this.#replies.delete(id);
      this.#streams.get(id)?.finish();
    }
  }

  #closed(): void {
    // What has arrived is still read.
    this.#reading = this.#reading.then(() => {
      for (const stream of this.#streams.values()) stream.finish();
      for (const reply of this.#replies.values()) reply.reject(new Error('SPDY connection was closed'));
      this.#replies.clear();
    });
  }
}

const HIGH_WATER = 64;

class IncomingData implements AsyncIterable<Buffer> {
  readonly #queue: Buffer[] = [];
  #ended = false;
  #wake: () => void = () => {};
  #drained: () => void = () => {};

  /** Resolves when the reader has caught up enough. */
  push(chunk: Buffer): Promise<void> {
    this.#queue.push(Buffer.from(chunk));
    this.#wake();
    if (this.#queue.length < HIGH_WATER) return Promise.resolve();
    return new Promise((resolve) => (this.#drained = resolve));
  }

  finish(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#queue.shift();
      if (next) {
        if (this.#queue.length < HIGH_WATER / 2) this.#drained();
        yield next;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

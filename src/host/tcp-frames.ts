/** Messages with a length of two bytes before them, over TCP (RFC 1035, 4.2.2; RFC 7766). */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FrameServerOptions {
  readonly address: string;
  readonly port: number;
  /** Connections at a time; more are closed at once. */
  readonly maxConnections: number;
  /** A connection that brings no whole message for so long is closed. */
  readonly idleMs: number;
  /** Messages of one connection that wait for their answer; then it is not read any further. */
  readonly maxPending: number;
  /** Handles a message. `reply` sends one back; calling it with nothing only ends the wait. */
  onFrame(frame: Buffer, peer: { readonly address: string; readonly port: number }, reply: (answer: Uint8Array | undefined) => void): void;
}

export interface FrameServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects when the port cannot be had. */
export function serveFrames(options: FrameServerOptions): Promise<FrameServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, options);
  });
  server.maxConnections = options.maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      const bound = server.address() as AddressInfo;
      resolve({
        address: bound.address,
        port: bound.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

function serveConnection(socket: Socket, options: FrameServerOptions): void {
  const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  let buffered: Buffer = Buffer.alloc(0);
  let pending = 0;
  // Bytes alone do not keep a connection: only whole messages do.
  let timer = setTimeout(() => socket.destroy(), options.idleMs);
  const active = () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), options.idleMs);
  };
  const answered = (answer: Uint8Array | undefined) => {
    pending--;
    if (answer && !socket.destroyed) socket.write(frame(answer));
    if (!socket.destroyed) pump();
  };
  const pump = () => {
    while (pending < options.maxPending && buffered.length >= 2) {
      const length = buffered.readUInt16BE(0);
      if (length === 0) return void socket.destroy();
      if (buffered.length < 2 + length) break;
      const message = buffered.subarray(2, 2 + length);
      buffered = buffered.subarray(2 + length);
      pending++;
      active();
      let done = false;
      options.onFrame(message, peer, (answer) => {
        if (done) return;
        done = true;
        // Not within pump(): a long pipeline must not become a deep stack.
        setImmediate(answered, answer);
      });
    }
    if (pending >= options.maxPending) socket.pause();
    else socket.resume();
  };
  socket.on('data', (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    pump();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(timer));
}

export interface FrameExchange {
  readonly address: string;
  readonly port: number;
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Sends one message over a fresh connection and resolves with the answer. Rejects on errors, on a closed connection, after `timeoutMs` and when aborted. */
export function exchangeFrame(exchange: FrameExchange): Promise<Buffer> {
  const { address, port, message, timeoutMs, signal } = exchange;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let buffered = Buffer.alloc(0);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      finish();
    };
    const onAbort = () => settle(() => reject(signal?.reason as Error));
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no answer from ${address}:${port} over TCP in ${timeoutMs} ms`))),
      timeoutMs,
    );
    socket.on('connect', () => socket.write(frame(message)));
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      const length = buffered.length >= 2 ? buffered.readUInt16BE(0) : Infinity;
      if (buffered.length >= 2 + length) settle(() => resolve(buffered.subarray(2, 2 + length)));
    });
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('end', () => settle(() => reject(new Error(`${address}:${port} closed the connection`))));
  });
}

function frame(message: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(2 + message.length);
  out.writeUInt16BE(message.length, 0);
  out.set(message, 2);
  return out;
}

import { WebSocket } from 'ws';
import { ConnectionError, connectionError, type HttpClientOptions, type HttpResponse } from './http-types.ts';
import { tlsOptions } from './tls-connect.ts';

export interface WebSocketRequest {
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Subprotocols, the best first. */
  readonly protocols: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface WebSocketConnection {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** One binary message; resolves when it has left for the network. Rejects when the connection is closed. */
  send(data: Uint8Array): Promise<void>;
  /** Messages in order; ends when the peer closes, throws when the connection breaks. May be read once. */
  readonly messages: AsyncIterable<Uint8Array>;
  close(): void;
}

/** The server answered the handshake with something else. */
export class UpgradeRefusedError extends Error {
  readonly response: HttpResponse;
  constructor(response: HttpResponse) {
    super(`the server refused the WebSocket: ${response.status}`);
    this.response = response;
  }
}

/** The reader is this far behind before the socket is no longer read. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** Opens a WebSocket. Rejects with UpgradeRefusedError or ConnectionError. */
export function openWebSocket(options: HttpClientOptions, request: WebSocketRequest): Promise<WebSocketConnection> {
  const url = new URL(request.path, options.origin.replace(/^http/, 'ws'));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { signal } = request;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = new WebSocket(url, [...request.protocols], {
      headers: request.headers,
      handshakeTimeout: options.connectTimeoutMs ?? 30_000,
      perMessageDeflate: false,
      followRedirects: false,
      ...(url.protocol === 'wss:' && { ...tlsOptions(options.tls?.() ?? {}, host), ALPNProtocols: ['http/1.1'] }),
    });
    const abort = () => socket.terminate();
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', abort));
    const fail = (error: NodeJS.ErrnoException) =>
      reject(signal?.aborted ? (signal.reason as Error) : connectionError(options.origin, error, true));
    socket.once('error', fail);
    socket.once('unexpected-response', (_request, response) => {
      const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
      reject(new UpgradeRefusedError({ status: response.statusCode ?? 0, headers, body: response }));
    });
    const queue = new MessageQueue(socket);
    socket.once('open', () => {
      socket.off('error', fail);
      resolve({
        protocol: socket.protocol,
        messages: queue,
        send: (data) =>
          new Promise((sent, failed) => {
            if (socket.readyState !== WebSocket.OPEN)
              return failed(new ConnectionError('the connection is closed', { code: 'EPIPE', unsent: false }));
            socket.send(data, { binary: true }, (error) => (error ? failed(connectionError(options.origin, error, false)) : sent()));
          }),
        close: () => socket.close(1000),
      });
    });
  });
}

/** Messages between the socket and one reader; a slow reader stops the socket. */
class MessageQueue implements AsyncIterable<Uint8Array> {
  readonly #socket: WebSocket;
  readonly #messages: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#push(data as Buffer));
    socket.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.#ended = true;
      // 1000 normal, 1001 going away, 1005 no code: the ways a server ends a session.
      if (![1000, 1001, 1005].includes(code))
        this.#error ??= new ConnectionError(`the connection was closed: ${code} ${reason.toString()}`.trim(), {
          code: 'ECONNRESET',
          unsent: false,
        });
      this.#wake();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#messages.shift();
      if (next) {
        this.#bytes -= next.byteLength;
        if (this.#bytes < HIGH_WATER_BYTES && this.#socket.isPaused) this.#socket.resume();
        yield next;
      } else if (this.#error) throw this.#error;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #push(data: Buffer): void {
    this.#messages.push(data);
    this.#bytes += data.byteLength;
    if (this.#bytes >= HIGH_WATER_BYTES) this.#socket.pause();
    this.#wake();
  }
}

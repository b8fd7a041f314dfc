import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Timer } from '../base/clock.ts';
import {
  connectionError,
  ConnectionError,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
  type Requester,
} from './http-types.ts';
import { connectSecurely } from './tls-connect.ts';

/** client-go's: a connection that was silent so long is pinged, and given up when no answer comes. */
const PING_AFTER_MS = 30_000;
const PING_TIMEOUT_MS = 15_000;
/** Streams on one connection before another is opened, when the server does not say. */
const DEFAULT_STREAMS = 100;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Headers that HTTP/2 does not allow. */
const CONNECTION_HEADERS = new Set(['connection', 'host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** HTTP/2 connections to one server. A new one is opened when the others carry as many streams as the server allows (watches last long). */
export class H2Pool implements Requester {
  readonly #options: HttpClientOptions;
  #connections: H2Connection[] = [];
  #opening: Promise<H2Connection> | undefined;
  #closed = false;

  constructor(options: HttpClientOptions, first: TLSSocket) {
    this.#options = options;
    this.#add(first);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      const connection = this.#connections.find((each) => each.available) ?? (await this.#open());
      try {
        return await connection.request(request);
      } catch (error) {
        // The server refused the stream, or the connection was gone before it was sent: once more, on another one.
        if (!(error instanceof ConnectionError && error.unsent) || attempt >= 3 || this.#closed) throw error;
      }
    }
  }

  reset(): void {
    for (const connection of this.#connections.splice(0)) connection.drain();
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.splice(0)) connection.destroy();
  }

  #open(): Promise<H2Connection> {
    this.#opening ??= connectSecurely(this.#options, ['h2'])
      .then((socket) => this.#add(socket))
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  #add(socket: TLSSocket): H2Connection {
    const connection = new H2Connection(this.#options, socket, () => {
      this.#connections = this.#connections.filter((each) => each !== connection);
    });
    if (this.#closed) connection.destroy();
    else this.#connections.push(connection);
    return connection;
  }
}

class H2Connection {
  readonly #options: HttpClientOptions;
  readonly #session: ClientHttp2Session;
  readonly #onGone: () => void;
  #streams = 0;
  #draining = false;
  #bytesSeen = 0;
  #pingTimer: Timer | undefined;

  constructor(options: HttpClientOptions, socket: TLSSocket, onGone: () => void) {
    this.#options = options;
    this.#onGone = onGone;
    this.#session = connect(options.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    this.#session.setLocalWindowSize(4 * WINDOW_BYTES);
    this.#session.on('error', () => this.#gone()); // Every stream gets the error too and reports it.
    this.#session.on('close', () => this.#gone());
    this.#session.on('goaway', () => this.drain());
    // Like a timer of ours, a connection without streams does not keep the process alive.
    this.#session.unref();
    this.#schedulePing();
  }

  get available(): boolean {
    if (this.#draining || this.#session.destroyed || this.#session.closed) return false;
    return this.#streams < Math.min(this.#session.remoteSettings.maxConcurrentStreams ?? DEFAULT_STREAMS, 1000);
  }

  /** No new requests; closes when the last one has ended. */
  drain(): void {
    this.#draining = true;
    this.#onGone();
    if (!this.#session.closed) this.#session.close();
  }

  destroy(): void {
    this.#gone();
    this.#session.destroy();
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      let answered = false;
      let stream: ReturnType<ClientHttp2Session['request']>;
      try {
        stream = this.#session.request(headersOf(request, this.#options.origin), { endStream: request.body === undefined });
      } catch (error) {
        return reject(connectionError(this.#options.origin, error as NodeJS.ErrnoException, true));
      }
      if (this.#streams++ === 0) this.#session.ref();
      const abort = () => stream.close(constants.NGHTTP2_CANCEL);
      signal?.addEventListener('abort', abort, { once: true });
      stream.once('response', (headers) => {
        answered = true;
        resolve({ status: headers[':status'] ?? 0, headers: flat(headers), body: wholeBody(stream, this.#options.origin) });
      });
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (answered) return; // Whoever reads the body gets it.
        reject(
          signal?.aborted
            ? (signal.reason as Error)
            : connectionError(this.#options.origin, error, stream.rstCode === constants.NGHTTP2_REFUSED_STREAM),
        );
      });
      stream.once('close', () => {
        signal?.removeEventListener('abort', abort);
        if (--this.#streams === 0 && !this.#session.destroyed) this.#session.unref();
        if (answered) return;
        if (signal?.aborted) return reject(signal.reason as Error);
        reject(
          connectionError(
            this.#options.origin,
            new Error('the connection was closed before the answer'),
            stream.rstCode === constants.NGHTTP2_REFUSED_STREAM,
          ),
        );
      });
      if (request.body !== undefined) stream.end(request.body);
    });
  }

  #gone(): void {
    this.#pingTimer?.cancel();
    this.#onGone();
  }

  /** While streams are open, silence is answered with a ping, so that a dead peer is noticed. */
  #schedulePing(): void {
    this.#pingTimer = this.#options.clock.schedule(PING_AFTER_MS, () => {
      if (this.#session.destroyed) return;
      const bytes = this.#session.socket?.bytesRead ?? 0;
      if (bytes === this.#bytesSeen && this.#streams > 0) this.#ping();
      this.#bytesSeen = bytes;
      this.#schedulePing();
    });
  }

  #ping(): void {
    const giveUp = this.#options.clock.schedule(PING_TIMEOUT_MS, () => {
      this.#session.destroy(Object.assign(new Error('the server no longer answers'), { code: 'ETIMEDOUT' }));
    });
    try {
      this.#session.ping(() => giveUp.cancel());
    } catch {
      // Closing just now: its streams say so themselves.
      giveUp.cancel();
    }
  }
}

/** A stream that the connection took down with it ends like a finished one; readers must be told. */
async function* wholeBody(stream: ClientHttp2Stream, origin: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk as Uint8Array;
  if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
    throw connectionError(origin, new Error('the connection was closed in the middle of the answer'), false);
  }
}

function headersOf(request: HttpRequest, origin: string): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    ':method': request.method,
    ':path': request.path,
    ':scheme': 'https',
    ':authority': new URL(origin).host,
  };
  for (const [name, value] of Object.entries(request.headers))
    if (!CONNECTION_HEADERS.has(name)) headers[name] = typeof value === 'string' ? value : [...value];
  if (request.body) headers['content-length'] = String(request.body.byteLength);
  return headers;
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    out[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}

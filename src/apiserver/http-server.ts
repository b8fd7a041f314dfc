/** The HTTPS listener: HTTP/2 and HTTP/1.1 on one port, requests in, answers out. Knows bytes and connections, nothing of the API. */
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { requestEntityTooLarge } from '../machinery/status-error.ts';
import { separateHeaders } from './header-values.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import { writeResponse } from './write-response.ts';

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

export interface HttpServerOptions {
  readonly cert: string;
  readonly key: string;
  /** Certificates are asked for, and verified by the x509 authenticator. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  handle(request: ApiRequest): Promise<ApiResponse>;
}

export interface HttpServer {
  readonly port: number;
  /** Stops listening, ends idle connections at once and busy ones after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const MAX_HEADER_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 32_000;
const IDLE_TIMEOUT_MS = 90_000;

export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createSecureServer({
    cert: options.cert,
    key: options.key,
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    requestTimeout: 0,
    settings: { maxConcurrentStreams: 1000, initialWindowSize: 256 * 1024, maxHeaderListSize: MAX_HEADER_BYTES },
  } as Parameters<typeof createSecureServer>[0]);
  const sockets = new Set<Duplex>();
  const active = new Set<AbortController>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A broken client connection concerns that client alone.
    socket.on('error', () => socket.destroy());
  });
  server.on('request', (request: AnyRequest, response: AnyResponse) => void serve(request, response, options, active));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void serveUpgrade(request, socket, head, options, active));
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: (graceMs) => close(server, sockets, active, graceMs),
  };
}

function listen(server: Http2SecureServer, { port, host }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Http2SecureServer, sockets: Set<Duplex>, active: Set<AbortController>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const gone of active) gone.abort(new Error('the server is shutting down'));
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}

/** Made once: an error for every request that ends would be a stack trace for each. */
const CLIENT_GONE = new Error('the client went away');

async function serve(request: AnyRequest, response: AnyResponse, options: HttpServerOptions, active: Set<AbortController>): Promise<void> {
  const gone = new AbortController();
  let answered = false;
  const abort = () => {
    // Connections also close after an answer; nobody waits for the signal then.
    if (!answered) gone.abort(CLIENT_GONE);
  };
  active.add(gone);
  response.on('close', abort);
  request.on('error', abort);
  response.on('error', abort);
  try {
    const answer = await options.handle(toApiRequest(request, gone.signal));
    await writeResponse(request, response, answer, gone.signal);
    answered = true;
  } finally {
    active.delete(gone);
  }
}

async function serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, options: HttpServerOptions, active: Set<AbortController>): Promise<void> {
  const gone = new AbortController();
  const abort = () => gone.abort(CLIENT_GONE);
  active.add(gone);
  socket.on('close', () => {
    active.delete(gone);
    abort();
  });
  socket.on('error', abort);
  const answer = await options.handle({ ...toApiRequest(request, gone.signal), upgrade: { socket, head } });
  if (answer.type === 'hijacked') return;
  const body = answer.type === 'raw' ? Buffer.from(answer.body) : answer.type === 'object' ? Buffer.from(JSON.stringify(answer.object)) : Buffer.alloc(0);
  const type = answer.type === 'raw' ? answer.contentType : 'application/json';
  const headers = Object.entries(answer.headers ?? {}).map(([k, v]) => `${k}: ${v}\r\n`).join('');
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n${headers}\r\n`), body]));
}

function reasonPhrase(status: number): string {
  return status === 200 ? 'OK' : status === 403 ? 'Forbidden' : status === 404 ? 'Not Found' : status === 401 ? 'Unauthorized' : 'Error';
}

function toApiRequest(request: AnyRequest, signal: AbortSignal): ApiRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const certificate = peerCertificate(request);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: separateHeaders(request.headers, request.rawHeaders),
    remoteAddress: request.socket.remoteAddress ?? '',
    ...(certificate && { clientCertificates: certificate }),
    body: (limit) => readAll(request, limit),
    bodyStream: () => request,
    signal,
  };
}

const certificates = new WeakMap<object, readonly Buffer[]>();

/** The presented chain, read once a connection. */
function peerCertificate(request: AnyRequest): readonly Buffer[] | undefined {
  const socket = ('stream' in request && request.stream?.session?.socket ? request.stream.session.socket : request.socket) as TLSSocket;
  const holder = 'stream' in request && request.stream?.session ? request.stream.session : socket;
  let chain = certificates.get(holder);
  if (!chain) {
    const found: Buffer[] = [];
    let certificate = socket.getPeerCertificate?.(true);
    const seen = new Set<unknown>();
    while (certificate?.raw && !seen.has(certificate)) {
      seen.add(certificate);
      found.push(certificate.raw);
      certificate = certificate.issuerCertificate;
    }
    chain = found;
    certificates.set(holder, chain);
  }
  return chain.length > 0 ? chain : undefined;
}

async function readAll(request: AnyRequest, limitBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const tooLarge = () => requestEntityTooLarge(`limit is ${limitBytes}`);
  if (declared > limitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** An HTTP/1.1 reverse proxy: sockets and streams only. Where a request goes is for the caller to say. */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { HttpListener, PlainResponse } from './http-listener.ts';

export interface ProxyTarget {
  readonly address: string;
  readonly port: number;
}

export interface ProxiedRequest {
  readonly method: string;
  /** Without port, lower case. */
  readonly host: string;
  /** Path without the query. */
  readonly path: string;
  readonly secure: boolean;
}

export interface ReverseProxyOptions {
  readonly address: string;
  readonly port: number;
  /** Serves TLS: PEM material for a server name; undefined ends the handshake. */
  readonly certificate?: (serverName: string) => { readonly certificate: string; readonly key: string } | undefined;
  /** Servers in the order in which to try them (a refused connection leads to the next), or an answer instead. */
  route(request: ProxiedRequest): readonly ProxyTarget[] | PlainResponse;
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
];
const CONNECT_ERRORS = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];
const MAX_CONNECTIONS = 4_096;

/** Rejects when the port cannot be had. */
export async function serveReverseProxy(options: ReverseProxyOptions): Promise<HttpListener> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, timeout: 60_000 });
  const secure = options.certificate !== undefined;
  const server = makeServer(options, (request, response) => handle(request, response, options, agent, secure));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => upgrade(request, socket, head, options, secure));
  server.maxConnections = MAX_CONNECTIONS;
  const upgraded = new Set<Socket>();
  server.on('upgrade', (_, socket: Socket) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return {
    address: bound.address,
    port: bound.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
        agent.destroy();
      }),
  };
}

function makeServer(options: ReverseProxyOptions, handler: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const { certificate } = options;
  if (!certificate) return createServer({ requestTimeout: 0 }, handler);
  const contexts = new Map<string, SecureContext>();
  const SNICallback = (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
    const material = certificate(name.toLowerCase());
    if (!material) return done(new Error(`no certificate for ${name}`));
    let context = contexts.get(material.certificate);
    if (!context) {
      try {
        context = createSecureContext({ cert: material.certificate, key: material.key });
      } catch (error) {
        return done(error as Error);
      }
      if (contexts.size > 1000) contexts.clear();
      contexts.set(material.certificate, context);
    }
    done(null, context);
  };
  return createTlsServer({ SNICallback, requestTimeout: 0 }, handler) as unknown as Server;
}

function handle(request: IncomingMessage, response: ServerResponse, options: ReverseProxyOptions, agent: Agent, secure: boolean): void {
  const routed = options.route(describe(request, secure));
  if ('status' in routed) return answer(response, routed);
  attempt(request, response, routed, { agent, secure });
}

/** Tries the targets one after another. The body only starts to flow once there is a connection, so that nothing of it is lost on the way. */
function attempt(
  request: IncomingMessage,
  response: ServerResponse,
  targets: readonly ProxyTarget[],
  how: { agent: Agent; secure: boolean },
): void {
  const [target, ...rest] = targets;
  if (!target) return answer(response, { status: 502, body: '502 Bad Gateway\n' });
  const out = httpRequest({ ...requestOptions(request, target, how.secure), agent: how.agent });
  let started = false;
  const start = () => {
    started = true;
    request.pipe(out);
  };
  out.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', start);
    else start();
  });
  out.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, withoutHopByHop(incoming));
    incoming.pipe(response);
    incoming.on('error', () => response.destroy());
  });
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (!started && CONNECT_ERRORS.includes(error.code ?? '')) return attempt(request, response, rest, how);
    if (response.headersSent) response.destroy();
    else answer(response, { status: 502, body: '502 Bad Gateway\n' });
  });
  response.on('close', () => out.destroy());
}

function upgrade(request: IncomingMessage, socket: Socket, head: Buffer, options: ReverseProxyOptions, secure: boolean): void {
  socket.on('error', () => socket.destroy());
  const routed = options.route(describe(request, secure));
  const target = 'status' in routed ? undefined : routed[0];
  if (!target) return void socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  const plain = requestOptions(request, target, secure);
  const headers = { ...(plain.headers as Record<string, unknown>), connection: 'upgrade', upgrade: request.headers.upgrade };
  const out = httpRequest({ ...plain, headers: headers as NonNullable<RequestOptions['headers']> });
  out.on('upgrade', (response, peer, peerHead) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${rawHeaders(response)}\r\n`);
    socket.write(peerHead);
    peer.write(head);
    peer.on('error', () => socket.destroy());
    peer.on('close', () => socket.destroy());
    socket.on('close', () => peer.destroy());
    peer.pipe(socket).pipe(peer);
  });
  // A server that does not switch answers as to any request, and then the connection ends: nothing may follow on it that it did not ask for.
  out.on('response', (response) => {
    socket.write(
      `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n${rawHeaders(response, HOP_BY_HOP)}connection: close\r\n\r\n`,
    );
    response.pipe(socket);
  });
  out.on('error', () => socket.destroy());
  out.end();
}

function requestOptions(request: IncomingMessage, target: ProxyTarget, secure: boolean): RequestOptions {
  const client = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return {
    host: target.address,
    port: target.port,
    method: request.method,
    path: request.url,
    setHost: false,
    headers: {
      ...withoutHopByHop(request),
      // The body is framed anew. Said explicitly, because Node would write the body of a GET without any frame, and the server take it for a request.
      ...(request.headers['transfer-encoding'] !== undefined && { 'transfer-encoding': 'chunked' }),
      // What a client says of itself is not passed on as if it were known.
      'x-forwarded-for': client,
      'x-real-ip': client,
      'x-forwarded-proto': secure ? 'https' : 'http',
      'x-forwarded-host': request.headers.host ?? '',
    },
  };
}

function withoutHopByHop(message: IncomingMessage): Record<string, string | string[]> {
  const listed = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const out: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined && name !== 'upgrade' && !HOP_BY_HOP.includes(name) && !listed.includes(name)) out[name] = value;
  }
  return out;
}

function rawHeaders(message: IncomingMessage, without: readonly string[] = []): string {
  let out = '';
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i] ?? '';
    if (!without.includes(name.toLowerCase())) out += `${name}: ${message.rawHeaders[i + 1]}\r\n`;
  }
  return out;
}

function describe(request: IncomingMessage, secure: boolean): ProxiedRequest {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return { method: request.method ?? 'GET', host, path: (request.url ?? '/').split('?')[0] ?? '/', secure };
}

function answer(response: ServerResponse, { status, headers, body }: PlainResponse): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

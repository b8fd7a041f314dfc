import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

export interface HttpsServerOptions {
  /** All addresses when left out. */
  readonly address?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM; left out: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCA?: string | undefined } | undefined;
  readonly onRequest: (request: IncomingRequest, response: OutgoingResponse) => Promise<void>;
  /** A request to change protocols; the socket is the handler's from then on. */
  readonly onUpgrade: (request: IncomingRequest, socket: Duplex, head: Buffer) => Promise<void>;
}

/** Who a verified client certificate names. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

export interface IncomingRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** In order and as written, for passing on. */
  readonly rawHeaders: readonly string[];
  /** Undefined without a certificate, or with one that was not signed by the client CA. */
  readonly certificate: CertificateSubject | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  readonly raw: IncomingMessage;
}

export interface OutgoingResponse {
  readonly headersSent: boolean;
  /** Sends the head; may be called once. */
  head(status: number, headers?: Readonly<Record<string, string>>): void;
  /** Resolves when the client can take more. */
  write(chunk: Uint8Array | string): Promise<void>;
  end(chunk?: Uint8Array | string): void;
}

export interface HttpsServer {
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Serves HTTP/1.1, over TLS when asked to. Rejects when the port cannot be had. */
export async function startHttpsServer(options: HttpsServerOptions): Promise<HttpsServer> {
  const { tls } = options;
  const server = tls
    ? createSecure({
        cert: tls.cert,
        key: tls.key,
        ...(tls.clientCA && { ca: tls.clientCA, requestCert: true, rejectUnauthorized: false }),
        minVersion: 'TLSv1.2',
      })
    : createPlain();
  const upgraded = new Set<Duplex>();
  server.on('request', (message, response) => {
    const request = incoming(message, response);
    void options.onRequest(request, outgoing(response)).catch((error: unknown) => fail(response, error));
  });
  server.on('upgrade', (message, socket, head) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    // Broken connections are the handler's to notice; without a listener they would end the process.
    socket.on('error', () => undefined);
    void options.onUpgrade(incoming(message, socket), socket, head).catch(() => socket.destroy());
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, ...(options.address && { host: options.address }) }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

/** `ends` closes when nobody waits for an answer any more. */
function incoming(message: IncomingMessage, ends: { once(event: 'close', listener: () => void): unknown }): IncomingRequest {
  const gone = new AbortController();
  ends.once('close', () => gone.abort());
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', 'http://kubelet'),
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    ),
    rawHeaders: message.rawHeaders,
    certificate: subjectOf(message.socket as TLSSocket),
    body: message,
    signal: gone.signal,
    raw: message,
  };
}

function subjectOf(socket: TLSSocket): CertificateSubject | undefined {
  if (!socket.authorized) return undefined;
  // Node gives a list where a name occurs several times.
  const subject = socket.getPeerCertificate().subject as Record<string, string | string[] | undefined> | undefined;
  const list = (value: string | string[] | undefined) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
  const commonName = list(subject?.['CN'])[0];
  return commonName === undefined ? undefined : { commonName, organizations: list(subject?.['O']) };
}

function outgoing(response: ServerResponse): OutgoingResponse {
  return {
    get headersSent() {
      return response.headersSent;
    },
    head(status, headers = {}) {
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write: (chunk) =>
      new Promise((resolve) => {
        if (response.write(chunk) || response.destroyed) resolve();
        else {
          const done = () => {
            response.off('drain', done);
            response.off('close', done);
            resolve();
          };
          response.on('drain', done);
          response.on('close', done);
        }
      }),
    end: (chunk) => void response.end(chunk),
  };
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(error instanceof Error ? error.message : String(error));
}

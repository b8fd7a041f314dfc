import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpListener {
  readonly address: string;
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

export type ListenHttp = (address: string, port: number, handler: (request: PlainRequest) => PlainResponse) => Promise<HttpListener>;

/** Small plain-HTTP endpoints (health, metrics): answers at once from memory. Request bodies are ignored. Rejects when the port cannot be had. */
export const listenHttp: ListenHttp = async (address, port, handler) => {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 }, (request, response) => {
    answer(request, response, handler);
  });
  server.maxConnections = 512;
  await listening(server, address, port);
  const bound = server.address() as AddressInfo;
  return {
    address: bound.address,
    port: bound.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

function answer(request: IncomingMessage, response: ServerResponse, handler: (request: PlainRequest) => PlainResponse): void {
  request.resume();
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const result = handler({ method: request.method ?? 'GET', path });
  response.writeHead(result.status, { 'content-length': Buffer.byteLength(result.body), ...result.headers });
  response.end(request.method === 'HEAD' ? undefined : result.body);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      // After that, errors belong to single connections and end them.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

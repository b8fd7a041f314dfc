/** The kubelet's own HTTPS server, port 10250 (pkg/kubelet/server). */
import type { Duplex } from 'node:stream';
import { errorMessage, type Logger } from '../../base/log.ts';
import { startHttpsServer, type HttpsServer, type IncomingRequest, type OutgoingResponse } from '../../host/https-server.ts';
import type { Authenticator } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import { matchRoute, type Route } from './routes.ts';
import { HttpError } from './types.ts';

export interface KubeletServerOptions {
  readonly port: number;
  readonly address: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCA?: string | undefined } | undefined;
  readonly log: Logger;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  routes(): readonly Route[];
}

export function startKubeletServer(options: KubeletServerOptions): Promise<HttpsServer> {
  const { port, address, tls } = options;
  return startHttpsServer({
    port,
    address,
    tls,
    onRequest: (request, response) => serve(options, request, response),
    onUpgrade: (request, socket, head) => serveUpgrade(options, request, socket, head),
  });
}

async function serve(options: KubeletServerOptions, request: IncomingRequest, response: OutgoingResponse): Promise<void> {
  try {
    await admit(options, request);
    const { route, params } = findRoute(options, request);
    if (!route.handle) throw new HttpError(400, 'Upgrade request required');
    await route.handle({ request, response, params });
  } catch (error) {
    if (request.signal.aborted) return;
    const { status, message } = asHttpError(options, request, error);
    if (response.headersSent) throw error;
    response.head(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
    response.end(message);
  }
}

async function serveUpgrade(options: KubeletServerOptions, request: IncomingRequest, socket: Duplex, head: Buffer): Promise<void> {
  try {
    await admit(options, request);
    const { route, params } = findRoute(options, request);
    if (!route.upgrade) throw new HttpError(400, 'this path takes no upgrade');
    await route.upgrade({ request, socket, head, params });
  } catch (error) {
    const { status, message } = asHttpError(options, request, error);
    const body = Buffer.from(message);
    // Harmless after a finished handshake: the connection ends either way.
    if (socket.writable && !(socket as { bytesWritten?: number }).bytesWritten) {
      socket.write(
        `HTTP/1.1 ${status} ${status < 500 ? 'Refused' : 'Error'}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      );
      socket.end(body);
    } else socket.destroy();
  }
}

async function admit({ authenticator, authorizer }: KubeletServerOptions, request: IncomingRequest): Promise<void> {
  const user = await authenticator.authenticate(request);
  if (!user) throw new HttpError(401, 'Unauthorized');
  const refusal = await authorizer.refusal(user, request.method, request.url.pathname);
  if (refusal !== undefined) throw new HttpError(403, refusal);
}

function findRoute(options: KubeletServerOptions, { method, url }: IncomingRequest): { route: Route; params: Record<string, string> } {
  const found = matchRoute(options.routes(), method, url.pathname);
  if (found === 'method') throw new HttpError(405, '405: Method Not Allowed');
  if (!found) throw new HttpError(404, '404: Page Not Found');
  return found;
}

function asHttpError({ log }: KubeletServerOptions, { method, url }: IncomingRequest, error: unknown): { status: number; message: string } {
  if (error instanceof HttpError) return { status: error.status, message: error.message };
  log.error('request failed', error, { method, path: url.pathname });
  return { status: 500, message: errorMessage(error) };
}

/** Connections that the server opens to others: requests whose bodies stream both ways, and raw tunnels for upgrades. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as netConnect } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as tlsConnect } from 'node:tls';

export interface OutboundTls {
  /** PEM. Without it the other side's certificate is not verified, unless `verify` says so. */
  readonly ca?: string;
  /** Without a `ca`: the certificate must come from one of the system's authorities. */
  readonly verify?: boolean;
  readonly cert?: string;
  readonly key?: string;
  /** Name to verify instead of the host. */
  readonly serverName?: string;
}

export interface OutboundRequest {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: AsyncIterable<Uint8Array> | Uint8Array;
  /** Undefined: plain HTTP. */
  readonly tls?: OutboundTls;
  readonly signal?: AbortSignal;
  /** Fails when no answer began within this time. */
  readonly timeoutMs?: number;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A kept connection was closed before the request got an answer. */
class StaleConnection extends Error {}

const plainAgent = () => new HttpAgent({ keepAlive: true, maxFreeSockets: 32 });

/** Keeps connections for reuse. Close it to end them. */
export class Outbound {
  readonly #plain = plainAgent();
  readonly #secure = new Map<string, HttpsAgent>();

  /**
   * Resolves when the answer's head is in; rejects when the connection fails. A kept connection that turns out to be closed by the other
   * side is replaced by a new one, as long as the whole body is at hand.
   */
  async send(request: OutboundRequest): Promise<OutboundResponse> {
    const retry = request.body instanceof Uint8Array || (request.body === undefined && ['GET', 'HEAD'].includes(request.method));
    return this.#send(request).catch((error: unknown) => {
      if (retry && error instanceof StaleConnection) return this.#send(request);
      throw error instanceof StaleConnection ? error.cause : error;
    });
  }

  async #send(request: OutboundRequest): Promise<OutboundResponse> {
    const { method, host, port, path, headers, signal } = request;
    const options = { method, host, port, path, headers: headers as Record<string, string | string[]>, ...(signal && { signal }) };
    const outgoing = request.tls ? httpsRequest({ ...options, ...tlsOptions(request.tls), agent: this.#agent(request.tls) }) : httpRequest({ ...options, agent: this.#plain });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', (error: NodeJS.ErrnoException) => reject(outgoing.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection('closed', { cause: error }) : error));
      if (request.timeoutMs !== undefined) outgoing.setTimeout(request.timeoutMs, () => outgoing.destroy(new Error(`no answer within ${request.timeoutMs} ms`)));
    });
    answered.catch(() => {}); // Awaited below; an error while the body is sent must not count as unhandled.
    if (request.body instanceof Uint8Array) outgoing.end(request.body);
    else if (request.body) await pipeline(Readable.from(request.body), outgoing);
    else outgoing.end();
    const incoming = await answered;
    outgoing.setTimeout(0);
    return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: incoming };
  }

  close(): void {
    this.#plain.destroy();
    for (const agent of this.#secure.values()) agent.destroy();
  }

  #agent(tls: OutboundTls): HttpsAgent {
    const id = `${tls.ca ?? ''}|${tls.cert ?? ''}|${tls.serverName ?? ''}|${tls.verify === true}`;
    let agent = this.#secure.get(id);
    if (!agent) this.#secure.set(id, (agent = new HttpsAgent({ keepAlive: true, maxFreeSockets: 32, ...tlsOptions(tls) })));
    return agent;
  }
}

function tlsOptions(tls: OutboundTls) {
  return {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    rejectUnauthorized: tls.ca !== undefined || tls.verify === true,
  };
}

/** A connected socket, TLS when asked for; rejects when it cannot be made within `timeoutMs`. */
export function openTunnel(to: { readonly host: string; readonly port: number; readonly tls?: OutboundTls; readonly timeoutMs?: number }): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const { host, port, tls } = to;
    const socket = tls ? tlsConnect({ host, port, ...tlsOptions(tls) }) : netConnect({ host, port });
    socket.setTimeout(to.timeoutMs ?? 30_000, () => socket.destroy(new Error(`cannot connect to ${host}:${port} in time`)));
    socket.once('error', reject);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

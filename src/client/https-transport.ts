import type { Clock } from '../base/clock.ts';
import { HttpClient } from '../host/http-client.ts';
import { ConnectionError, type HttpResponse, type TlsMaterial } from '../host/http-types.ts';
import { openWebSocket, UpgradeRefusedError } from '../host/websocket.ts';
import type { StatusError } from '../machinery/status-error.ts';
import { stringifyJson } from '../wire/json/stringify.ts';
import { responseError } from './response-error.ts';
import type {
  ChannelSocket,
  Query,
  StreamResponse,
  Transport,
  TransportRequest,
  TransportResponse,
  UpgradeRequest,
  WatchEvent,
} from './transport.ts';
import { parseBody, readBody, streamBody, watchFrames } from './transport-body.ts';

export interface HttpsTransportOptions {
  /** `https://host:port`, perhaps with a path that goes before every request's (a server behind a proxy). */
  readonly server: string;
  readonly clock: Clock;
  readonly tls?: TlsMaterial | (() => TlsMaterial) | undefined;
  /** Bearer token, or how to get the current one for a request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  readonly impersonate?: ImpersonationConfig | undefined;
  readonly userAgent?: string | undefined;
  /** Longest wait for an answer of request(); 70 s when left out (the server itself gives up after 60). 0: for ever. Watches and streams have none. */
  readonly timeoutMs?: number | undefined;
  /** Asks for gzip. Left out: unless the server is on loopback, where packing costs more than it saves. */
  readonly compression?: boolean | undefined;
  readonly http1Only?: boolean | undefined;
}

export interface ImpersonationConfig {
  readonly user: string;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

const DEFAULT_TIMEOUT_MS = 70_000;
const MAX_RETRIES = 10;

/** Transport over HTTPS: see transport.ts. Answers 429 and 5xx that carry Retry-After are tried again, up to ten times, as client-go does. */
export class HttpsTransport implements Transport {
  readonly #options: HttpsTransportOptions;
  readonly #http: HttpClient;
  readonly #basePath: string;
  readonly #headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(options: HttpsTransportOptions) {
    const url = new URL(options.server);
    this.#options = options;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    const { tls } = options;
    this.#http = new HttpClient({
      origin: url.origin,
      clock: options.clock,
      tls: typeof tls === 'function' ? tls : () => tls ?? {},
      http1Only: options.http1Only,
    });
    const compression = options.compression ?? !/^(localhost|127\.|\[::1\])/.test(url.hostname);
    this.#headers = {
      'user-agent': options.userAgent ?? 'wherry',
      ...(compression && { 'accept-encoding': 'gzip' }),
      ...impersonationHeaders(options.impersonate),
    };
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timeout = new AbortController();
    const timer =
      timeoutMs > 0
        ? this.#options.clock.schedule(timeoutMs, () =>
            timeout.abort(
              new ConnectionError(`${this.#options.server}: no answer within ${timeoutMs / 1000} s`, { code: 'ETIMEDOUT', unsent: false }),
            ),
          )
        : undefined;
    try {
      const signal = request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal;
      const response = await this.#send({ ...request, signal });
      const text = (await readBody(response.body, response.headers['content-encoding'])).toString();
      const json = response.headers['content-type']?.startsWith('application/json');
      return { status: response.status, headers: response.headers, body: json && text !== '' ? parseBody(text) : text };
    } catch (error) {
      throw timeout.signal.aborted && !request.signal?.aborted ? timeout.signal.reason : error;
    } finally {
      timer?.cancel();
    }
  }

  async *watch(request: TransportRequest): AsyncGenerator<WatchEvent> {
    try {
      const response = await this.#send({ ...request, query: { ...request.query, watch: true } });
      yield* watchFrames(streamBody(response.body, response.headers['content-encoding']));
    } catch (error) {
      if (!request.signal?.aborted) throw error;
    }
  }

  async stream(request: TransportRequest): Promise<StreamResponse> {
    const response = await this.#send({ ...request, headers: { accept: '*/*', ...request.headers } });
    return { status: response.status, headers: response.headers, body: streamBody(response.body, response.headers['content-encoding']) };
  }

  async upgrade(request: UpgradeRequest, protocols: readonly string[]): Promise<ChannelSocket> {
    const headers = { ...this.#headers, ...(await this.#credentials()), ...request.headers } as Record<string, string>;
    try {
      return await openWebSocket(this.#http.options, {
        path: this.#path(request.path, request.query),
        headers,
        protocols,
        signal: request.signal,
      });
    } catch (error) {
      if (error instanceof UpgradeRefusedError) throw await refusal(error.response, { method: 'GET', path: request.path });
      throw error;
    }
  }

  /** New connections from now on, for example because the client certificate was renewed. */
  reset(): void {
    this.#http.reset();
  }

  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }

  /** An answer below 400, its body unread. */
  async #send(request: TransportRequest): Promise<HttpResponse> {
    const { method, signal } = request;
    const path = this.#path(request.path, request.query);
    const body = encodeBody(request.body);
    for (let attempt = 0; ; attempt++) {
      const headers = {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...this.#headers,
        ...(await this.#credentials()),
        ...request.headers,
      };
      let response: HttpResponse;
      try {
        response = await this.#http.request({ method, path, headers, body, signal });
      } catch (error) {
        if (attempt >= 1 || !mayResend(error, method)) throw error;
        continue;
      }
      if (response.status < 400) return response;
      const error = await refusal(response, { method, path: request.path });
      const pause = retryPause(error, response, method);
      if (pause === undefined || attempt >= MAX_RETRIES) throw error;
      await this.#options.clock.sleep(pause, signal);
    }
  }

  async #credentials(): Promise<Record<string, string>> {
    const { token, basic } = this.#options;
    if (basic) return { authorization: `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}` };
    const value = typeof token === 'function' ? await token() : token;
    return value ? { authorization: `Bearer ${value}` } : {};
  }

  #path(path: string, query: Query | undefined): string {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value === undefined) continue;
      for (const each of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) params.append(name, each);
    }
    const text = params.toString();
    return `${this.#basePath}${path}${text === '' ? '' : `?${text}`}`;
  }
}

function encodeBody(body: unknown): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(stringifyJson(body));
}

async function refusal(response: HttpResponse, asked: { method: string; path: string }): Promise<StatusError> {
  const text = (await readBody(response.body, response.headers['content-encoding'])).toString();
  return responseError({ status: response.status, headers: response.headers, body: text }, asked);
}

/** A connection that broke before the server saw the request, or under a request that changes nothing, is worth a second try. */
function mayResend(error: unknown, method: string): boolean {
  if (!(error instanceof ConnectionError) || error.code === 'ECONNREFUSED' || error.code === 'CLOSED' || error.code === 'ETIMEDOUT')
    return false;
  return error.code === 'ECONNRESET' && (error.unsent || method === 'GET');
}

/** Milliseconds to wait before trying again; undefined: do not. A POST that failed with 5xx may have had its effect. */
function retryPause(error: StatusError, response: HttpResponse, method: string): number | undefined {
  const seconds = Number.parseInt(response.headers['retry-after'] ?? '', 10);
  if (Number.isNaN(seconds)) return undefined;
  if (error.code === 429 || (response.status >= 500 && method !== 'POST')) return seconds * 1000;
  return undefined;
}

function impersonationHeaders(config: ImpersonationConfig | undefined): Record<string, string | readonly string[]> {
  if (!config) return {};
  const extra = Object.entries(config.extra ?? {}).map(
    ([key, values]) => [`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`, values] as const,
  );
  return {
    'impersonate-user': config.user,
    ...(config.uid && { 'impersonate-uid': config.uid }),
    ...(config.groups?.length && { 'impersonate-group': config.groups }),
    ...Object.fromEntries(extra),
  };
}

/** What the HTTP client of this layer speaks about: requests, answers, errors. */
import type { Clock } from '../base/clock.ts';

export interface TlsMaterial {
  /** PEM. The machine's own authorities when left out. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Name the server's certificate must carry, when it is not the URL's host. */
  readonly serverName?: string | undefined;
  /** Takes any certificate. Only when the user has asked for it. */
  readonly insecureSkipVerify?: boolean | undefined;
}

export interface HttpClientOptions {
  /** Scheme, host and port: `https://10.0.0.1:6443`. A path is not allowed. */
  readonly origin: string;
  /** Asked for every new connection, so that renewed certificates are picked up. */
  readonly tls?: (() => TlsMaterial) | undefined;
  readonly clock: Clock;
  /** 30 s when left out. */
  readonly connectTimeoutMs?: number | undefined;
  /** Only HTTP/1.1, also when the server offers HTTP/2. */
  readonly http1Only?: boolean | undefined;
}

export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to the end, or left (return()), which aborts the stream. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The connection broke, or could not be made. `unsent`: the server cannot have seen the request, so it may be sent again. */
export class ConnectionError extends Error {
  readonly code: string;
  readonly unsent: boolean;
  constructor(message: string, options: { readonly code: string; readonly unsent: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'ConnectionError';
    this.code = options.code;
    this.unsent = options.unsent;
  }
}

/** One way of sending requests to one origin. */
export interface Requester {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Lets requests under way end and makes new connections for those to come. */
  reset(): void;
  close(): void;
}

export function connectionError(origin: string, error: NodeJS.ErrnoException, unsent: boolean): ConnectionError {
  return new ConnectionError(`${origin}: ${error.message || error.code || 'connection failed'}`, {
    code: error.code ?? 'ECONNRESET',
    unsent,
    cause: error,
  });
}

/**
 * How a client reaches an API server. Two implementations, one contract suite: HTTPS (https-transport.ts) and in-process (the API server's
 * own in-process transport, made in src/apiserver and handed in from outside). In-process answers share objects with the server's caches: never change what you get.
 */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path without the query, for example `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Lower-case names. `content-type` defaults to application/json. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A JSON value, or raw bytes. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded JSON value; for other content types a string. */
  readonly body: unknown;
}

export interface StreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** For ERROR the object is a meta/v1 Status. */
export interface WatchEvent<T = unknown> {
  readonly type: WatchEventType;
  readonly object: T;
}

export interface Transport {
  /** One request, one answer. Rejects with StatusError for every status from 400 on, and for a failed connection with its own error. */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** A watch. Rejects (on first pull) with StatusError when refused. Ends when the server ends it or the signal aborts. */
  watch(request: TransportRequest): AsyncIterable<WatchEvent>;
  /** A body as it arrives: logs, proxied requests. Rejects as request() does. */
  stream(request: TransportRequest): Promise<StreamResponse>;
  /**
   * Opens a WebSocket (exec, attach, port-forward) with one of the subprotocols. Rejects as request() does. See remote-command.ts. Missing:
   * the transport cannot.
   */
  upgrade?(request: UpgradeRequest, protocols: readonly string[]): Promise<ChannelSocket>;
  close(): Promise<void>;
}

export type UpgradeRequest = Omit<TransportRequest, 'method' | 'body'>;

/** Binary messages both ways. */
export interface ChannelSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Resolves when the message has left; rejects when the connection is closed. */
  send(data: Uint8Array): Promise<void>;
  /** Messages in order; ends when the peer closes, throws when the connection breaks. May be read once. */
  readonly messages: AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * A request on its way through the server, and what answers it. The same for HTTPS and the in-process transport, so that both pass the
 * same filters.
 */
import type { Duplex } from 'node:stream';
import type { CachedObject } from '../storage/cached-object.ts';
import type { WatchEventType } from '../client/transport.ts';

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Raw connection of a request that asks for an upgrade; whoever takes it answers on it. */
export interface UpgradeSocket {
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface ApiRequest {
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names; repeated headers joined as Node does. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: string;
  /** Client certificate in DER, leaf first, when one was presented. Not verified here: authn/x509 does. */
  readonly clientCertificates?: readonly Buffer[];
  /** Set by the in-process transport: who asks. HTTPS requests are authenticated by the chain. */
  readonly trustedUser?: UserInfo;
  /** The whole body; rejects with 413 above the limit. */
  body(limitBytes: number): Promise<Buffer>;
  /** The body as it arrives, for proxying. */
  bodyStream(): AsyncIterable<Uint8Array>;
  /** In-process only: the body already decoded. */
  readonly bodyValue?: unknown;
  readonly upgrade?: UpgradeSocket;
  /** Aborts when the client goes away or the server shuts down. */
  readonly signal: AbortSignal;
}

/** What the URL and method ask for (k8s.io/apiserver/pkg/endpoints/request RequestInfo). */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** API verb (get, list, watch, create, ..., proxy, connect) or the lower-case method for non-resource requests. */
  readonly verb: string;
  /** 'api' or 'apis'. */
  readonly apiPrefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Path segments from the resource on; more than three for proxy. */
  readonly parts: readonly string[];
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  user: UserInfo;
  /** Set when the user acts as somebody else; later steps then see that user as `user`. */
  impersonation?: { readonly user: UserInfo; readonly constraint: string };
  /** Sent as Warning headers; kept free of duplicates. */
  readonly warnings: Set<string>;
  /** Annotations for the audit event: admission decisions and the like. */
  readonly auditAnnotations: Map<string, string>;
  readonly receivedAtMs: number;
  /** Names this request in answers and audit records. */
  auditId?: string;
  /** Set when the request is audited: wants to see what was sent and what is answered, before it is encoded. */
  audited?: { request(body: unknown): void; response(answer: ApiResponse): void };
  /** Put on the answer, also when it is an error. */
  responseHeaders?: Record<string, string>;
}

export type ApiResponse = ObjectResponse | ListResponse | RawResponse | StreamResponse | WatchResponse | HijackedResponse;

interface ResponseBase {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One JSON value; `bytes` is its encoding when already at hand. */
export interface ObjectResponse extends ResponseBase {
  readonly type: 'object';
  readonly object: unknown;
  readonly bytes?: Buffer;
}

/** A list whose items are cached objects: written as a concatenation of their bytes. */
export interface ListResponse extends ResponseBase {
  readonly type: 'list';
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly items: readonly CachedObject[];
}

export interface RawResponse extends ResponseBase {
  readonly type: 'raw';
  readonly contentType: string;
  readonly body: Buffer | string;
}

export interface StreamResponse extends ResponseBase {
  readonly type: 'stream';
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a watch handler writes to. */
export interface WatchWriter {
  /** False when the client is behind: nothing more should come until the drain listener is called. */
  event(type: WatchEventType, object: unknown, frame?: Buffer): boolean;
  /** Called whenever there is room again. */
  onDrain(listener: () => void): void;
  end(): void;
}

export interface WatchResponse extends ResponseBase {
  readonly type: 'watch';
  readonly contentType: string;
  /** How one event is encoded; JSON frames of the cache are used when left out. */
  readonly encode?: (type: WatchEventType, object: unknown) => Buffer;
  /** Begins to deliver; returns how to stop. Called once, after the headers are out. */
  start(writer: WatchWriter): () => void;
}

/** The handler took the connection (upgrade) and answers on it by itself. */
export interface HijackedResponse extends ResponseBase {
  readonly type: 'hijacked';
}

export type Handler = (context: RequestContext) => Promise<ApiResponse>;
/** Wraps a handler: may answer itself, change the context, or look at the answer. */
export type Filter = (next: Handler) => Handler;

/** A client transport into this very server: the same chain, no sockets, objects shared with the caches instead of copied. */
import { StatusError } from '../machinery/status-error.ts';
import type { Query, StreamResponse, Transport, TransportRequest, TransportResponse, WatchEvent, WatchEventType } from '../client/transport.ts';
import type { ApiRequest, ApiResponse, UserInfo, WatchResponse } from './request.ts';

export interface InProcessServer {
  /** The whole chain; never rejects (errors come as Status answers). */
  handle(request: ApiRequest): Promise<ApiResponse>;
}

/** A transport whose requests are authenticated as `user`. */
export function inProcessTransport(server: InProcessServer, user: UserInfo, userAgent: string): Transport {
  const closed = new AbortController();
  const send = async (request: TransportRequest): Promise<ApiResponse> => {
    const response = await server.handle(toApiRequest(request, user, userAgent, closed.signal));
    if (response.status >= 400) throw toError(response);
    return response;
  };
  return {
    request: async (request) => toTransportResponse(await send(request)),
    watch: (request) => watchEvents(async () => send(request), AbortSignal.any([closed.signal, ...(request.signal ? [request.signal] : [])])),
    stream: async (request) => toStream(await send(request)),
    close: async () => closed.abort(new Error('the transport is closed')),
  };
}

function toApiRequest(request: TransportRequest, user: UserInfo, userAgent: string, closed: AbortSignal): ApiRequest {
  const bytes = request.body instanceof Uint8Array ? Buffer.from(request.body) : undefined;
  return {
    method: request.method,
    path: request.path,
    query: searchParams(request.query),
    headers: { 'user-agent': userAgent, ...(request.body !== undefined && { 'content-type': 'application/json' }), ...request.headers },
    remoteAddress: '127.0.0.1',
    trustedUser: user,
    ...(request.body !== undefined && !bytes && { bodyValue: request.body }),
    body: async () => bytes ?? Buffer.alloc(0),
    bodyStream: async function* () {
      if (bytes) yield bytes;
    },
    signal: request.signal ? AbortSignal.any([request.signal, closed]) : closed,
  };
}

export function searchParams(query: Query | undefined): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value as readonly string[]) params.append(key, one);
    else params.append(key, String(value));
  }
  return params;
}

function toTransportResponse(response: ApiResponse): TransportResponse {
  const headers = response.headers ?? {};
  switch (response.type) {
    case 'object':
      return { status: response.status, headers, body: response.object };
    case 'list': {
      const { kind, apiVersion, metadata } = response;
      return { status: response.status, headers, body: { kind, apiVersion, metadata, items: response.items.map((i) => i.object) } };
    }
    case 'raw':
      return { status: response.status, headers, body: decodeRaw(response.contentType, response.body) };
    default:
      throw new Error(`Cannot read the answer as one value: it is a ${response.type}`);
  }
}

function decodeRaw(contentType: string, body: Buffer | string): unknown {
  const text = typeof body === 'string' ? body : body.toString('utf8');
  return contentType.startsWith('application/json') ? (JSON.parse(text) as unknown) : text;
}

function toError(response: ApiResponse): Error {
  const body = response.type === 'object' ? response.object : undefined;
  if (typeof body === 'object' && body !== null && (body as { kind?: string }).kind === 'Status') return new StatusError(body as StatusError['status']);
  return new StatusError({ message: response.type === 'raw' ? response.body.toString() : 'unknown', reason: 'Unknown', code: response.status });
}

function toStream(response: ApiResponse): StreamResponse {
  const headers = response.headers ?? {};
  if (response.type === 'stream') return { status: response.status, headers, body: response.body };
  const value = toTransportResponse(response).body;
  const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    status: response.status,
    headers,
    body: (async function* () {
      yield bytes;
    })(),
  };
}

/** Pulls events out of a pushed watch. The queue between is bounded by the cache, which closes watchers that stay behind. */
async function* watchEvents(open: () => Promise<ApiResponse>, signal: AbortSignal): AsyncIterable<WatchEvent> {
  const response = await open();
  if (response.type !== 'watch') throw new Error('Cannot watch: the answer is not a watch');
  const queue: WatchEvent[] = [];
  let wake = () => {};
  let drained = () => {};
  let ended = signal.aborted;
  const end = () => {
    ended = true;
    wake();
  };
  signal.addEventListener('abort', end, { once: true });
  const stop = startWatch(response, queue, { wake: () => wake(), end, onDrain: (listener) => void (drained = listener) });
  try {
    for (;;) {
      const event = queue.shift();
      if (event) {
        yield event;
        if (queue.length === 0) drained();
      } else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', end);
    stop();
  }
}

/** Events that may wait for a reader before the cache is told to pause. */
const QUEUE_LIMIT = 1000;

interface QueueHooks {
  wake(): void;
  end(): void;
  onDrain(listener: () => void): void;
}

function startWatch(response: WatchResponse, queue: WatchEvent[], hooks: QueueHooks): () => void {
  return response.start({
    event: (type: WatchEventType, object: unknown) => {
      queue.push({ type, object });
      hooks.wake();
      return queue.length < QUEUE_LIMIT;
    },
    onDrain: hooks.onDrain,
    end: hooks.end,
  });
}

import * as grpc from '@grpc/grpc-js';

export interface CallOptions {
  /** DeadlineExceeded after this many milliseconds; no limit when left out. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A gRPC connection that carries bytes: messages are encoded by the caller. */
export interface GrpcChannel {
  /** Rejects with GrpcError. */
  unary(method: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /** Ends when the server ends the stream or the signal aborts; throws GrpcError when it breaks. */
  serverStream(method: string, request: Uint8Array, options?: CallOptions): AsyncIterable<Uint8Array>;
  close(): void;
}

/** A call that the server (or the connection) refused. `message` is the server's text alone. */
export class GrpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
  }

  /** The name as Go prints it: `NotFound`. */
  get codeName(): string {
    const name = grpc.status[this.code] ?? 'UNKNOWN';
    return name
      .split('_')
      .map((part) => part.charAt(0) + part.slice(1).toLowerCase())
      .join('');
  }

  /** `rpc error: code = NotFound desc = ...`, as Go programs print it. */
  get goText(): string {
    return `rpc error: code = ${this.codeName} desc = ${this.message}`;
  }
}

export const GrpcCode = {
  Cancelled: grpc.status.CANCELLED,
  DeadlineExceeded: grpc.status.DEADLINE_EXCEEDED,
  NotFound: grpc.status.NOT_FOUND,
  Unimplemented: grpc.status.UNIMPLEMENTED,
  Unavailable: grpc.status.UNAVAILABLE,
  Unknown: grpc.status.UNKNOWN,
} as const;

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

const identity = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const plain = (bytes: Buffer): Uint8Array => bytes;

/**
 * Connects lazily to `target`: `unix:///run/x.sock`, an absolute path, or `host:port` (plain text). Lost connections come back by themselves.
 */
export function openGrpcChannel(target: string, options: { readonly authority?: string } = {}): GrpcChannel {
  const address = target.startsWith('/') ? `unix://${target}` : target;
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.default_authority': options.authority ?? 'localhost',
    'grpc.enable_http_proxy': 0,
    'grpc.max_reconnect_backoff_ms': 3_000,
    'grpc.initial_reconnect_backoff_ms': 100,
  });
  return {
    unary: (method, request, call = {}) => unary(client, method, request, call),
    serverStream: (method, request, call = {}) => serverStream(client, method, request, call),
    close: () => client.close(),
  };
}

function deadline(options: CallOptions): grpc.CallOptions {
  return options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
}

function unary(client: grpc.Client, method: string, request: Uint8Array, options: CallOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(options.signal.reason as Error);
    const cancel = () => call.cancel();
    const call = client.makeUnaryRequest(method, identity, plain, request, new grpc.Metadata(), deadline(options), (error, value) => {
      options.signal?.removeEventListener('abort', cancel);
      if (error) reject(new GrpcError(error.code, error.details));
      else resolve(value ?? new Uint8Array(0));
    });
    options.signal?.addEventListener('abort', cancel, { once: true });
  });
}

async function* serverStream(client: grpc.Client, method: string, request: Uint8Array, options: CallOptions): AsyncIterable<Uint8Array> {
  if (options.signal?.aborted) return;
  const call = client.makeServerStreamRequest(method, identity, plain, request, new grpc.Metadata(), deadline(options));
  const cancel = () => call.cancel();
  options.signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const frame of call) yield frame as Uint8Array;
  } catch (error) {
    if (options.signal?.aborted) return;
    const failure = error as grpc.ServiceError;
    throw new GrpcError(failure.code ?? GrpcCode.Unknown, failure.details ?? failure.message);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    call.cancel();
  }
}

import * as grpc from '@grpc/grpc-js';
import { type CallOptions, GrpcCode, GrpcError } from './grpc-channel.ts';

export interface GrpcTls {
  /** PEM; the machine's own authorities when left out. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface GrpcDuplexCall {
  send(message: Uint8Array): void;
  cancel(): void;
}

/** A gRPC connection that carries bytes and has calls in both directions. */
export interface GrpcDuplexChannel {
  /** Rejects with GrpcError. */
  unary(method: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /** `onEnd` comes once, with the error unless the server ended the call properly; never after cancel(). */
  duplex(method: string, onMessage: (message: Uint8Array) => void, onEnd: (error?: GrpcError) => void): GrpcDuplexCall;
  close(): void;
}

const identity = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const plain = (bytes: Buffer): Uint8Array => bytes;

/** Connects lazily to `host:port`, in plain text unless `tls` is given. Messages have no size limit. */
export function openGrpcDuplexChannel(target: string, tls?: GrpcTls): GrpcDuplexChannel {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const credentials = tls ? grpc.credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.certificate)) : grpc.credentials.createInsecure();
  const client = new grpc.Client(target, credentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_http_proxy': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 3000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  return {
    unary: (method, request, options = {}) =>
      new Promise((resolve, reject) => {
        const limit = options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
        client.makeUnaryRequest(method, identity, plain, request, new grpc.Metadata(), limit, (error, value) => {
          if (error) reject(new GrpcError(error.code, error.details));
          else resolve(value ?? new Uint8Array(0));
        });
      }),
    duplex(method, onMessage, onEnd) {
      const call = client.makeBidiStreamRequest(method, identity, plain);
      let over = false;
      const end = (error?: GrpcError) => {
        if (over) return;
        over = true;
        onEnd(error);
      };
      call.on('data', (message: Uint8Array) => {
        if (!over) onMessage(message);
      });
      call.on('end', () => end());
      call.on('error', (error: grpc.ServiceError) => end(new GrpcError(error.code ?? GrpcCode.Unknown, error.details ?? error.message)));
      return {
        send: (message) => void call.write(message),
        cancel: () => {
          over = true;
          call.cancel();
        },
      };
    },
    close: () => client.close(),
  };
}

import type { CallOptions, GrpcChannel } from '../../host/grpc-channel.ts';
import { decode } from './codec/decode.ts';
import { encode } from './codec/encode.ts';
import type { Decoded, Encodable, Message } from './codec/message.ts';

/** One unary method: takes the channel and the request, resolves with the response, rejects with GrpcError. */
export type UnaryCall<Q extends Message, S extends Message> = (
  channel: GrpcChannel,
  request: Encodable<Q>,
  options?: CallOptions,
) => Promise<Decoded<S>>;

/** The runtime may take this long for calls that do not set their own limit (kubelet's runtimeRequestTimeout). */
const DEFAULT_TIMEOUT_MS = 120_000;

/** `method` is the full gRPC path. */
export function unaryCall<Q extends Message, S extends Message>(method: string, request: Q, response: S): UnaryCall<Q, S> {
  return async (channel, value, options) =>
    decode(response, await channel.unary(method, encode(request, value), { timeoutMs: DEFAULT_TIMEOUT_MS, ...options }));
}

export const runtimeMethod = (name: string): string => `/runtime.v1.RuntimeService/${name}`;
export const imageMethod = (name: string): string => `/runtime.v1.ImageService/${name}`;

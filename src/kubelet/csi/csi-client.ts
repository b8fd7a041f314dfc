import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { unaryCall, type UnaryCall } from '../cri/call.ts';
import type { Decoded, Encodable, Message } from '../cri/codec/message.ts';
import {
  Empty,
  NodeExpandVolumeRequest,
  NodeExpandVolumeResponse,
  NodeGetCapabilitiesResponse,
  NodeGetInfoResponse,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
  NodeUnpublishVolumeRequest,
  NodeUnstageVolumeRequest,
} from './messages.ts';

const method = (name: string) => `/csi.v1.Node/${name}`;
const calls = {
  info: unaryCall(method('NodeGetInfo'), Empty, NodeGetInfoResponse),
  capabilities: unaryCall(method('NodeGetCapabilities'), Empty, NodeGetCapabilitiesResponse),
  stage: unaryCall(method('NodeStageVolume'), NodeStageVolumeRequest, Empty),
  unstage: unaryCall(method('NodeUnstageVolume'), NodeUnstageVolumeRequest, Empty),
  publish: unaryCall(method('NodePublishVolume'), NodePublishVolumeRequest, Empty),
  unpublish: unaryCall(method('NodeUnpublishVolume'), NodeUnpublishVolumeRequest, Empty),
  expand: unaryCall(method('NodeExpandVolume'), NodeExpandVolumeRequest, NodeExpandVolumeResponse),
};

type Calls = typeof calls;
type Bound<C> = C extends UnaryCall<infer Q, infer S> ? (request: Encodable<Q>) => Promise<Decoded<S>> : never;

export type CsiClient = { readonly [N in keyof Calls]: Bound<Calls[N]> };

/** The node service of the driver that listens at `endpoint`, a unix socket. Every call has a connection of its own: they are rare. */
export function csiClient(endpoint: string): CsiClient {
  const bound = Object.entries(calls).map(([name, call]) => [
    name,
    async (request: object) => {
      const channel = openGrpcChannel(endpoint);
      try {
        return await (call as unknown as UnaryCall<Message, Message>)(channel, request);
      } finally {
        channel.close();
      }
    },
  ]);
  return Object.fromEntries(bound) as unknown as CsiClient;
}

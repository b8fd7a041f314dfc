import type { GrpcChannel } from '../../host/grpc-channel.ts';
import { runtimeMethod } from './call.ts';
import { decode } from './codec/decode.ts';
import { encode } from './codec/encode.ts';
import { message, repeated, type Decoded } from './codec/message.ts';
import { ContainerStatus } from './messages/container.ts';
import { PodSandboxStatus } from './messages/sandbox.ts';

const GetEventsRequest = message({});

export const ContainerEventType = { CREATED: 0, STARTED: 1, STOPPED: 2, DELETED: 3 } as const;

export const ContainerEventResponse = message({
  containerId: [1, 'string'],
  containerEventType: [2, 'int32'],
  createdAt: [3, 'int64'],
  podSandboxStatus: [4, PodSandboxStatus],
  containersStatuses: [5, repeated(ContainerStatus)],
});

/** Life-cycle events of containers as they happen. Runtimes before containerd 1.7 answer Unimplemented on the first pull. */
export async function* getContainerEvents(
  channel: GrpcChannel,
  signal: AbortSignal,
): AsyncIterable<Decoded<typeof ContainerEventResponse>> {
  const frames = channel.serverStream(runtimeMethod('GetContainerEvents'), encode(GetEventsRequest, {}), { signal });
  for await (const frame of frames) yield decode(ContainerEventResponse, frame);
}

/** containerd's own event service (containerd.services.events.v1), for versions whose CRI sends no events. */
import type { GrpcChannel } from '../../host/grpc-channel.ts';
import { decode } from '../cri/codec/decode.ts';
import { encode } from '../cri/codec/encode.ts';
import { message, repeated } from '../cri/codec/message.ts';

const SubscribeRequest = message({ filters: [1, repeated('string')] });
const Any = message({ typeUrl: [1, 'string'], value: [2, 'bytes'] });
const Envelope = message({ namespace: [2, 'string'], topic: [3, 'string'], event: [4, Any] });
const TaskExit = message({ containerId: [1, 'string'], id: [2, 'string'] });

/** Ids of containers and sandboxes that ended. `opened` is called once the subscription stands. */
export async function* containerdEvents(channel: GrpcChannel, signal: AbortSignal, opened: () => void): AsyncIterable<string> {
  const filters = ['topic=="/tasks/exit"'];
  const frames = channel.serverStream('/containerd.services.events.v1.Events/Subscribe', encode(SubscribeRequest, { filters }), { signal });
  // The stream answers nothing until something happens.
  opened();
  for await (const frame of frames) {
    const { event } = decode(Envelope, frame);
    if (!event) continue;
    const { containerId, id } = decode(TaskExit, event.value);
    // Other ids are commands that ran in the container.
    if (id === containerId) yield containerId;
  }
}

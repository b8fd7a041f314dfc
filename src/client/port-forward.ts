import { UpgradeUnsupportedError } from './remote-command.ts';
import type { ChannelSocket, Transport } from './transport.ts';

export interface PortForwardOptions {
  readonly transport: Transport;
  readonly namespace: string;
  readonly pod: string;
  /** Of the pod. */
  readonly port: number;
  readonly signal?: AbortSignal | undefined;
}

/** One connection to a port of a pod. */
export interface PortForwardConnection {
  /** Rejects when the connection is closed. */
  send(data: Uint8Array): Promise<void>;
  /** What the pod sends; ends when it closes, throws when it could not be reached. May be read once. */
  readonly data: AsyncIterable<Uint8Array>;
  close(): void;
}

const PROTOCOL = 'v4.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
/** Each channel begins with the port, two bytes, little endian. */
const PORT_BYTES = 2;

/**
 * Opens one connection to a port of a pod, over a WebSocket of its own (pods/portforward with v4.channel.k8s.io: a data and an error
 * channel). Rejects with StatusError when the server refuses. One side cannot close its half alone: the protocol has no word for it.
 */
export async function openPortForward({ transport, namespace, pod, port, signal }: PortForwardOptions): Promise<PortForwardConnection> {
  if (!transport.upgrade) throw new UpgradeUnsupportedError('Cannot forward a port: the transport has no WebSocket');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const socket = await transport.upgrade({ path, query: { ports: port }, signal }, [PROTOCOL]);
  return {
    send: (data) => socket.send(Buffer.concat([Uint8Array.of(DATA), data])),
    data: received(socket),
    close: () => socket.close(),
  };
}

async function* received(socket: ChannelSocket): AsyncGenerator<Uint8Array> {
  const toSkip = [PORT_BYTES, PORT_BYTES];
  let failure = '';
  for await (const message of socket.messages) {
    const channel = message[0] ?? DATA;
    if (channel !== DATA && channel !== ERROR) continue;
    const skip = Math.min(toSkip[channel] ?? 0, message.byteLength - 1);
    toSkip[channel] = (toSkip[channel] ?? 0) - skip;
    const data = message.subarray(1 + skip);
    if (data.byteLength === 0) continue;
    if (channel === DATA) yield data;
    else failure += Buffer.from(data).toString();
  }
  if (failure !== '') throw new Error(failure.trim());
}

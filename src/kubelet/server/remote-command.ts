/** exec and attach over WebSocket, translated to what runtimes speak (https://kep.k8s.io/4006). */
import type { AcceptedWebSocket } from '../../host/websocket-server.ts';
import type { SpdyStream } from '../../wire/spdy/client-session.ts';
import { connectSpdy } from './spdy-connect.ts';

export interface StreamOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Runs until the command's output has ended or the client is gone. */
export async function translateRemoteCommand(socket: AcceptedWebSocket, target: URL, options: StreamOptions): Promise<void> {
  const session = await connectSpdy(target, 'v4.channel.k8s.io').catch((error: unknown) => {
    socket.close(1011, String((error as Error).message).slice(0, 120));
    throw error;
  });
  try {
    const error = await session.open({ streamtype: 'error' });
    const stdin = options.stdin ? await session.open({ streamtype: 'stdin' }) : undefined;
    const stdout = options.stdout ? await session.open({ streamtype: 'stdout' }) : undefined;
    const stderr = options.stderr && !options.tty ? await session.open({ streamtype: 'stderr' }) : undefined;
    const resize = options.tty ? await session.open({ streamtype: 'resize' }) : undefined;
    const input = readClient(socket, stdin, resize).then(() => session.close());
    await Promise.all([
      copy(stdout, CHANNEL.stdout, socket),
      copy(stderr, CHANNEL.stderr, socket),
      copyWhole(error, CHANNEL.error, socket),
    ]);
    socket.close(1000);
    await input;
  } finally {
    session.close();
  }
}

async function readClient(socket: AcceptedWebSocket, stdin: SpdyStream | undefined, resize: SpdyStream | undefined): Promise<void> {
  for await (const message of socket.messages) {
    const channel = message[0];
    const data = message.subarray(1);
    if (channel === CHANNEL.stdin) await stdin?.write(data);
    else if (channel === CHANNEL.resize) await resize?.write(data);
    else if (channel === CHANNEL.close && data[0] === CHANNEL.stdin) stdin?.end();
  }
}

async function copy(from: SpdyStream | undefined, channel: number, socket: AcceptedWebSocket): Promise<void> {
  if (!from) return;
  for await (const data of from.data) await socket.send(Buffer.concat([Buffer.from([channel]), data]));
}

/** The verdict is one message, however it came. */
async function copyWhole(from: SpdyStream, channel: number, socket: AcceptedWebSocket): Promise<void> {
  const parts: Buffer[] = [];
  for await (const data of from.data) parts.push(data);
  if (parts.length > 0) await socket.send(Buffer.concat([Buffer.from([channel]), ...parts]));
}

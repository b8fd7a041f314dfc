/** The server's side of v4 and v5.channel.k8s.io over one WebSocket: streams of a command by their channel numbers (KEP-4006). */
import type { Status } from '../../api/meta/v1.gen.ts';
import type { AcceptedWebSocket } from '../../host/websocket-server.ts';

export const CHANNEL_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
/** `[255, channel]`: no more comes on that channel (v5). */
const CLOSE = 255;

export class CommandChannels {
  readonly #socket: AcceptedWebSocket;

  constructor(socket: AcceptedWebSocket) {
    this.#socket = socket;
  }

  /** What the client sends as standard input. Ends when the client ends it or goes away. May be read once. */
  async *stdin(): AsyncGenerator<Uint8Array> {
    for await (const message of this.#socket.messages) {
      if (message[0] === CLOSE && message[1] === STDIN) return;
      if (message[0] === STDIN && message.length > 1) yield message.subarray(1);
    }
  }

  stdout(data: string | Uint8Array): Promise<void> {
    return this.#send(STDOUT, data);
  }

  stderr(data: string | Uint8Array): Promise<void> {
    return this.#send(STDERR, data);
  }

  /** How the command ended; closes the connection. */
  async exit(code: number): Promise<void> {
    await this.#send(ERROR, JSON.stringify(exitStatus(code)));
    this.#socket.close();
  }

  #send(channel: number, data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    return this.#socket.send(Buffer.concat([Uint8Array.of(channel), bytes]));
  }
}

function exitStatus(code: number): Partial<Status> & { metadata: object } {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

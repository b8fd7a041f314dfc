import type { Status } from '../api/meta/v1.gen.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { ChannelSocket, Query, Transport } from './transport.ts';

/** Channels of v4 and v5.channel.k8s.io: the first byte of every message (k8s.io/client-go/tools/remotecommand, websocket.go). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** v5: `[255, channel]` says that no more comes on a channel; the only way to end standard input without ending all. */
const CLOSE = 255;

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];

export interface RemoteCommandOptions {
  readonly transport: Transport;
  /** Of the subresource: `/api/v1/namespaces/x/pods/y/exec` or `.../attach`. */
  readonly path: string;
  /** `container`, and for exec `command`, as the API has them. Which streams are wanted follows from the fields below. */
  readonly query: Query;
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Called in order; the next message waits for the promise. */
  readonly stdout?: ((data: Uint8Array) => Promise<void> | void) | undefined;
  readonly stderr?: ((data: Uint8Array) => Promise<void> | void) | undefined;
  readonly tty?: boolean | undefined;
  /** Terminal sizes, the first at once. Only with tty. */
  readonly resize?: AsyncIterable<{ readonly width: number; readonly height: number }> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The command ended with a code other than 0. */
export class ExitError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The server speaks none of our subprotocols, or the transport none of WebSocket. */
export class UpgradeUnsupportedError extends Error {}

/**
 * Runs exec or attach over a WebSocket until the command ends (https://kep.k8s.io/4006). Rejects with ExitError, with StatusError when the
 * server refuses or reports a failure, and with the connection's error.
 */
export async function runRemoteCommand(options: RemoteCommandOptions): Promise<void> {
  const { transport, path, query, stdin, stdout, stderr, tty, resize, signal } = options;
  if (!transport.upgrade) throw new UpgradeUnsupportedError('Cannot open a stream: the transport has no WebSocket');
  const wanted = {
    ...query,
    stdin: stdin !== undefined,
    stdout: stdout !== undefined,
    stderr: stderr !== undefined && !tty,
    tty: tty ?? false,
  };
  const socket = await transport.upgrade({ path, query: wanted, signal }, PROTOCOLS);
  const done = new AbortController();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Seen through the race below.
  const feed = async (work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      // Once the command has ended, nobody takes its input any more.
      if (!done.signal.aborted) failed.reject(error as Error);
    }
  };
  try {
    if (stdin) void feed(sendInput(socket, stdin, done.signal));
    if (resize && tty) void feed(sendSizes(socket, resize, done.signal));
    await Promise.race([receive(socket, options), failed.promise]);
  } finally {
    done.abort();
    socket.close();
  }
}

async function sendInput(socket: ChannelSocket, input: AsyncIterable<Uint8Array>, done: AbortSignal): Promise<void> {
  for await (const data of input) {
    if (done.aborted) return;
    await socket.send(framed(STDIN, data));
  }
  if (!done.aborted && socket.protocol.startsWith('v5.')) await socket.send(Uint8Array.of(CLOSE, STDIN));
}

async function sendSizes(socket: ChannelSocket, sizes: AsyncIterable<{ width: number; height: number }>, done: AbortSignal): Promise<void> {
  for await (const { width, height } of sizes) {
    if (done.aborted) return;
    await socket.send(framed(RESIZE, Buffer.from(JSON.stringify({ Width: width, Height: height }))));
  }
}

async function receive(socket: ChannelSocket, options: RemoteCommandOptions): Promise<void> {
  let result: string | undefined;
  for await (const message of socket.messages) {
    const data = message.subarray(1);
    switch (message[0]) {
      case STDOUT:
        if (data.byteLength > 0) await options.stdout?.(data);
        break;
      case STDERR:
        if (data.byteLength > 0) await options.stderr?.(data);
        break;
      case ERROR:
        result = (result ?? '') + Buffer.from(data).toString();
        break;
      default:
        break; // Closings of channels: their order says nothing.
    }
    // v4 and v5 end with a Status; the connection may stay open a while longer.
    if (result !== undefined && isComplete(result, socket.protocol)) break;
  }
  finish(result, socket.protocol);
}

function isComplete(result: string, protocol: string): boolean {
  return /^v[45]\./.test(protocol) && result.trimEnd().endsWith('}') && parseStatus(result) !== undefined;
}

function parseStatus(text: string): Status | undefined {
  try {
    return JSON.parse(text) as Status;
  } catch {
    // Not all of it has come, or it is plain text of an old protocol.
    return undefined;
  }
}

function finish(result: string | undefined, protocol: string): void {
  if (result === undefined || result.trim() === '') return;
  const status = /^v[45]\./.test(protocol) ? parseStatus(result) : undefined;
  if (!status) throw new Error(result.trim());
  if (status.status === 'Success') return;
  const message = status.message ?? 'the command failed';
  if (status.reason === 'NonZeroExitCode') {
    const code = (status.details?.causes ?? []).find((cause) => cause.reason === 'ExitCode')?.message;
    throw new ExitError(Number(code ?? 1), message);
  }
  throw new StatusError(status);
}

function framed(channel: number, data: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(data.byteLength + 1);
  out[0] = channel;
  out.set(data, 1);
  return out;
}

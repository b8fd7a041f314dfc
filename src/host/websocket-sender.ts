/** Answers an upgrade to WebSocket and sends a stream over it, one message a piece. */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

export interface WebSocketUpgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** `encode` makes a message of each piece, by the protocol agreed on ('' when none of `protocols` was offered). Ends the connection with the stream. */
export function sendStream(upgrade: WebSocketUpgrade, protocols: readonly string[], body: AsyncIterable<Uint8Array>, encode: (piece: Uint8Array, protocol: string) => Uint8Array | string): void {
  const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => protocols.find((p) => offered.has(p)) ?? false });
  const incoming = new IncomingMessage(upgrade.socket as Socket);
  Object.assign(incoming, { method: 'GET', url: upgrade.url, headers: upgrade.headers });
  server.handleUpgrade(incoming, upgrade.socket, upgrade.head, (socket) => {
    const pump = async () => {
      for await (const piece of body) await new Promise<void>((resolve, reject) => socket.send(encode(piece, socket.protocol), (error) => (error ? reject(error) : resolve())));
    };
    // A reader that went away ends the sending; there is nobody left to tell.
    pump().catch(() => undefined).finally(() => socket.close(1000));
  });
}

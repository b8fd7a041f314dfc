import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

export interface AcceptedWebSocket {
  readonly protocol: string;
  /** Resolves when the message has left for the network; also when the peer is gone. */
  send(data: Uint8Array | string): Promise<void>;
  /** Messages in order. Ends when the connection ends, however that is. May be read once. */
  readonly messages: AsyncIterable<Buffer>;
  close(code?: number, reason?: string): void;
}

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const HIGH_WATER = 64;

/** Answers a WebSocket handshake with the first of `protocols` that the client offers. Rejects when it offers none. */
export function acceptWebSocket(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocols: readonly string[],
): Promise<AcceptedWebSocket> {
  const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = protocols.find((name) => offered.includes(name));
  if (protocol === undefined) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return Promise.reject(new Error(`client offers no WebSocket protocol known here: ${offered.join(', ')}`));
  }
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  return new Promise((resolve) => server.handleUpgrade(message, socket, head, (ws) => resolve(accepted(ws, protocol))));
}

function accepted(ws: WebSocket, protocol: string): AcceptedWebSocket {
  const queue: Buffer[] = [];
  let ended = false;
  let wake = () => {};
  ws.on('message', (data) => {
    queue.push(data as Buffer);
    if (queue.length >= HIGH_WATER) ws.pause();
    wake();
  });
  ws.on('close', () => {
    ended = true;
    wake();
  });
  ws.on('error', () => ws.terminate());
  return {
    protocol,
    send: (data) => new Promise((resolve) => ws.send(data, { binary: typeof data !== 'string' }, () => resolve())),
    close: (code = 1000, reason = '') => ws.close(code, reason),
    messages: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const next = queue.shift();
          if (next) {
            if (ws.isPaused && queue.length === 0) ws.resume();
            yield next;
          } else if (ended) return;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      },
    },
  };
}

/** A pod's log over a WebSocket, for browsers: one binary (or base64 text) message a piece (k8s.io/apiserver/pkg/util/wsstream). */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ApiRequest, ApiResponse, StreamResponse } from '../request.ts';

const PROTOCOLS = ['binary.k8s.io', 'base64.binary.k8s.io'];

export function isWebSocket(request: ApiRequest): boolean {
  return request.upgrade !== undefined && String(request.headers['upgrade'] ?? '').toLowerCase() === 'websocket';
}

/** Answers the upgrade and sends the stream; ends the connection with it. */
export function sendOverWebSocket(request: ApiRequest, stream: StreamResponse): ApiResponse {
  const { upgrade } = request;
  if (!upgrade) throw new Error('Cannot send over a WebSocket: the request is not an upgrade');
  const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => PROTOCOLS.find((p) => offered.has(p)) ?? false });
  const incoming = new IncomingMessage(upgrade.socket as Socket);
  Object.assign(incoming, { method: 'GET', url: request.path, headers: request.headers });
  server.handleUpgrade(incoming, upgrade.socket, upgrade.head, (socket) => {
    const asText = socket.protocol === 'base64.binary.k8s.io';
    const pump = async () => {
      for await (const chunk of stream.body) {
        await new Promise<void>((resolve, reject) => socket.send(asText ? Buffer.from(chunk).toString('base64') : chunk, (error) => (error ? reject(error) : resolve())));
      }
    };
    // A reader that went away ends the sending; there is nobody left to tell.
    pump().catch(() => undefined).finally(() => socket.close(1000));
  });
  return { type: 'hijacked', status: 101 };
}

/** A pod's log over a WebSocket, for browsers: one binary (or base64 text) message a piece (k8s.io/apiserver/pkg/util/wsstream). */
import { sendStream } from '../../host/websocket-sender.ts';
import type { ApiRequest, ApiResponse, StreamResponse } from '../request.ts';

const BASE64 = 'base64.binary.k8s.io';
const PROTOCOLS = ['binary.k8s.io', BASE64];

export function isWebSocket(request: ApiRequest): boolean {
  return request.upgrade !== undefined && String(request.headers['upgrade'] ?? '').toLowerCase() === 'websocket';
}

/** Answers the upgrade and sends the stream; ends the connection with it. */
export function sendOverWebSocket(request: ApiRequest, stream: StreamResponse): ApiResponse {
  const { upgrade } = request;
  if (!upgrade) throw new Error('Cannot send over a WebSocket: the request is not an upgrade');
  sendStream({ ...upgrade, url: request.path, headers: request.headers }, PROTOCOLS, stream.body, (piece, protocol) => (protocol === BASE64 ? Buffer.from(piece).toString('base64') : piece));
  return { type: 'hijacked', status: 101 };
}

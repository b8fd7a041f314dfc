/** Passes a request on to another server and its answer back: bodies stream, upgrades become byte tunnels. */
import type { Duplex } from 'node:stream';
import { openTunnel, type Outbound, type OutboundTls } from '../../host/outbound.ts';
import { errorMessage } from '../../base/log.ts';
import { StatusError } from '../../machinery/status-error.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly tls?: OutboundTls;
  /** Replaces or adds to the request's headers; undefined removes. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** Headers that concern one connection only (RFC 9110 section 7.6.1), HTTP/2 pseudo headers, and credentials meant for this server. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-connection', 'http2-settings', 'authorization']);

/** Rejects with 503 when the other side cannot be reached. */
export async function forward(request: ApiRequest, target: ForwardTarget, outbound: Outbound): Promise<ApiResponse> {
  if (request.upgrade) return tunnel(request, target);
  const { method } = request;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  try {
    const answer = await outbound.send({
      method, host: target.host, port: target.port, path: target.path, headers: passedHeaders(request, target),
      ...(target.tls && { tls: target.tls }),
      ...(hasBody && { body: request.bodyStream() }),
      signal: request.signal,
    });
    return {
      type: 'stream',
      status: answer.status,
      contentType: String(answer.headers['content-type'] ?? ''),
      headers: answerHeaders(answer.headers),
      body: answer.body,
    };
  } catch (error) {
    throw unreachable(target, error);
  }
}

export function unreachable(target: { readonly host: string; readonly port: number }, error: unknown): StatusError {
  return new StatusError({ message: `error trying to reach service: dial tcp ${target.host}:${target.port}: ${errorMessage(error)}`, reason: 'ServiceUnavailable', code: 503 });
}

function passedHeaders(request: ApiRequest, target: ForwardTarget): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':') && !HOP_BY_HOP.has(name)) headers[name] = value;
  }
  headers['x-forwarded-for'] = [...(headers['x-forwarded-for'] ? [String(headers['x-forwarded-for'])] : []), request.remoteAddress].join(', ');
  headers['host'] ??= `${target.host}:${target.port}`;
  for (const [name, value] of Object.entries(target.headers ?? {})) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  return headers;
}

function answerHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || name === 'content-type') continue;
    out[name] = Array.isArray(value) ? value.join('\n') : value;
  }
  return out;
}

/** Repeats the upgrade request to the other side, then copies bytes both ways until either ends. */
async function tunnel(request: ApiRequest, target: ForwardTarget): Promise<ApiResponse> {
  const { upgrade } = request;
  if (!upgrade) throw new StatusError({ message: 'the request is not an upgrade', reason: 'BadRequest', code: 400 });
  let remote: Duplex;
  try {
    remote = await openTunnel(target);
  } catch (error) {
    throw unreachable(target, error);
  }
  const headers = { ...passedHeaders(request, target), connection: 'Upgrade', upgrade: String(request.headers['upgrade'] ?? '') };
  const lines = Object.entries(headers).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((v) => `${name}: ${v}\r\n`));
  remote.write(`${request.method} ${target.path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (upgrade.head.length > 0) remote.write(upgrade.head);
  join(upgrade.socket, remote);
  return { type: 'hijacked', status: 101 };
}

/** Copies both directions; when one side ends or breaks, so does the other. */
function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

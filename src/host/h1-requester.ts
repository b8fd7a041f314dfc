import { Agent as HttpAgent, type IncomingMessage, request as requestPlain, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestSecurely } from 'node:https';
import { connectionError, type HttpClientOptions, type HttpRequest, type HttpResponse, type Requester } from './http-types.ts';
import { tlsOptions } from './tls-connect.ts';

/** Requests over HTTP/1.1 with connections that are kept alive. */
export function h1Requester(options: HttpClientOptions): Requester {
  const url = new URL(options.origin);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const makeAgent = () => {
    const common = { keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 32 };
    return secure ? new HttpsAgent({ ...common, ...tlsOptions(options.tls?.() ?? {}, host) }) : new HttpAgent(common);
  };
  let agent = makeAgent();
  const target = { host, port: Number(url.port || (secure ? 443 : 80)) };
  const authority = url.host;
  return {
    request: (request) => send(options, { ...target, agent, headers: { host: authority } }, secure, request),
    reset: () => {
      // Idle sockets close; those in use close when their answer has come.
      agent.destroy();
      agent = makeAgent();
    },
    close: () => agent.destroy(),
  };
}

function send(options: HttpClientOptions, target: RequestOptions, secure: boolean, request: HttpRequest): Promise<HttpResponse> {
  const { method, path, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const init: RequestOptions = {
      ...target,
      method,
      path,
      headers: {
        ...(target.headers as Record<string, string>),
        ...flat(headers),
        ...(body && { 'content-length': String(body.byteLength) }),
      },
      ...(signal && { signal }),
    };
    const out = secure ? requestSecurely(init) : requestPlain(init);
    const timer = options.clock.schedule(options.connectTimeoutMs ?? 30_000, () => {
      if (out.socket?.connecting ?? true)
        out.destroy(Object.assign(new Error('the connection was not made in time'), { code: 'ETIMEDOUT' }));
    });
    out.once('response', (response) => {
      timer.cancel();
      resolve({ status: response.statusCode ?? 0, headers: flatResponse(response), body: response });
    });
    out.once('error', (error: NodeJS.ErrnoException) => {
      timer.cancel();
      if (signal?.aborted) return reject(signal.reason as Error);
      // A kept connection that the server closed just then never carried the request to it.
      const unsent = error.code === 'ECONNREFUSED' || error.syscall === 'connect' || (out.reusedSocket && error.code === 'ECONNRESET');
      reject(connectionError(options.origin, error, unsent));
    });
    out.end(body);
  });
}

function flat(headers: HttpRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}

function flatResponse(response: IncomingMessage): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(', ') : value;
  return out;
}

/** Puts an ApiResponse on the wire: lists as a concatenation of cached bytes, watches as frames, with back-pressure. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { once } from 'node:events';
import { constants, createGzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { stringifyJson } from '../wire/json/stringify.ts';
import type { ApiResponse, ListResponse, WatchResponse } from './request.ts';

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

const gzipAsync = promisify(gzip);
/** Answers from this size on are compressed for clients that take gzip (upstream: 128 KiB, level 1). */
const GZIP_THRESHOLD_BYTES = 128 * 1024;
/** A list is written in pieces of about this size, letting other requests in between. */
const CHUNK_BYTES = 256 * 1024;

export async function writeResponse(request: AnyRequest, response: AnyResponse, answer: ApiResponse, gone: AbortSignal): Promise<void> {
  if (answer.type === 'hijacked' || gone.aborted) return;
  const head = request.method === 'HEAD';
  response.setHeader('cache-control', 'no-cache, private');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value.includes('\n') ? value.split('\n') : value);
  switch (answer.type) {
    case 'object':
      return sendBytes(request, response, answer.status, 'application/json', answer.bytes ?? Buffer.from(stringifyJson(answer.object)), head);
    case 'raw':
      return sendBytes(request, response, answer.status, answer.contentType, Buffer.from(answer.body as string), head);
    case 'list':
      return sendList(request, response, answer, gone);
    case 'stream':
      (response as ServerResponse).writeHead(answer.status, { 'content-type': answer.contentType });
      return pump(response, answer.body, gone);
    case 'watch':
      return sendWatch(request, response, answer, gone);
  }
}

async function sendBytes(request: AnyRequest, response: AnyResponse, status: number, contentType: string, bytes: Buffer, head: boolean): Promise<void> {
  if (status === 304 || status === 204) {
    // No body, and no description of one: caches would take it for the stored answer's.
    response.statusCode = status;
    return end(response);
  }
  response.setHeader('content-type', contentType);
  let body = bytes;
  if (bytes.length >= GZIP_THRESHOLD_BYTES && takesGzip(request)) {
    body = await gzipAsync(bytes, { level: 1 });
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.setHeader('content-length', body.length);
  response.statusCode = status;
  if (head) end(response);
  else end(response, body);
}

function end(response: AnyResponse, body?: Buffer): void {
  if (body) (response as ServerResponse).end(body);
  else (response as ServerResponse).end();
}

function takesGzip(request: AnyRequest): boolean {
  return String(request.headers['accept-encoding'] ?? '').includes('gzip');
}

async function sendList(request: AnyRequest, response: AnyResponse, answer: ListResponse, gone: AbortSignal): Promise<void> {
  const { kind, apiVersion, metadata } = answer;
  const headText = `${JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1)},"items":[`;
  const total = answer.items.reduce((sum, item) => sum + item.bytes.length + 1, headText.length + 2);
  if (total < CHUNK_BYTES) return sendBytes(request, response, answer.status, 'application/json', wholeList(headText, answer), request.method === 'HEAD');
  response.statusCode = answer.status;
  response.setHeader('content-type', 'application/json');
  if (!takesGzip(request)) return pump(response, listChunks(headText, answer), gone);
  response.setHeader('content-encoding', 'gzip');
  const zip = createGzip({ level: constants.Z_BEST_SPEED });
  const feeding = (async () => {
    for await (const chunk of listChunks(headText, answer)) if (!zip.write(chunk) && !gone.aborted) await once(zip, 'drain');
    zip.end();
  })();
  await Promise.all([feeding, pump(response, zip as AsyncIterable<Uint8Array>, gone)]);
}

function wholeList(head: string, answer: ListResponse): Buffer {
  const parts: Buffer[] = [Buffer.from(head)];
  answer.items.forEach((item, i) => {
    if (i > 0) parts.push(COMMA);
    parts.push(item.bytes);
  });
  parts.push(LIST_END);
  return Buffer.concat(parts);
}

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');

async function* listChunks(head: string, answer: ListResponse): AsyncIterable<Uint8Array> {
  let parts: Buffer[] = [Buffer.from(head)];
  let size = head.length;
  for (let i = 0; i < answer.items.length; i++) {
    const item = answer.items[i];
    if (!item) continue;
    if (i > 0) parts.push(COMMA);
    parts.push(item.bytes);
    size += item.bytes.length;
    if (size >= CHUNK_BYTES) {
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  parts.push(LIST_END);
  yield Buffer.concat(parts);
}

async function pump(response: AnyResponse, body: AsyncIterable<Uint8Array>, gone: AbortSignal): Promise<void> {
  const out = response as ServerResponse;
  out.flushHeaders();
  try {
    for await (const chunk of body) {
      if (gone.aborted) return;
      if (!out.write(chunk)) await Promise.race([once(out, 'drain', { signal: gone }), aborted(gone)]).catch(() => undefined);
    }
    out.end();
  } catch (error) {
    // Headers are out: the only way left to say that the body is not whole is to cut the connection.
    out.destroy(error instanceof Error ? error : undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}

function sendWatch(request: AnyRequest, response: AnyResponse, answer: WatchResponse, gone: AbortSignal): Promise<void> {
  const out = response as ServerResponse;
  out.writeHead(answer.status, { 'content-type': answer.contentType });
  out.flushHeaders();
  return new Promise((resolve) => {
    let stop = () => {};
    let ended = false;
    const finish = () => {
      if (ended) return;
      ended = true;
      stop();
      if (!gone.aborted) out.end();
      resolve();
    };
    stop = answer.start({
      event: (type, object, frame) => {
        if (ended) return false;
        return out.write(answer.encode ? answer.encode(type, object) : (frame ?? Buffer.from(`${stringifyJson({ type, object })}\n`)));
      },
      onDrain: (listener) => void out.on('drain', listener),
      end: finish,
    });
    if (ended) stop();
    if (gone.aborted) finish();
    else gone.addEventListener('abort', finish, { once: true });
  });
}

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpGetRequest {
  readonly url: URL;
  /** In order; names may repeat. A Host header replaces the URL's host. */
  readonly headers: readonly (readonly [string, string])[];
  readonly timeoutMs: number;
  /** Bytes of the body that are kept. */
  readonly maxBodyBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpGetResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The time ran out before the answer was complete. */
export class HttpTimeoutError extends Error {}

// A connection a request: what is probed is also whether it can be reached. Every connection is closed with its request.
const plain = new HttpAgent({ keepAlive: false });
const secure = new HttpsAgent({ keepAlive: false, rejectUnauthorized: false });

/**
 * GETs a URL over a connection of its own, without verifying certificates, without following redirects. Rejects with HttpTimeoutError, or
 * with the connection's error.
 */
export function httpGet(options: HttpGetRequest): Promise<HttpGetResponse> {
  const https = options.url.protocol === 'https:';
  const headers: Record<string, string[]> = {};
  for (const [name, value] of options.headers) (headers[name.toLowerCase()] ??= []).push(value);
  return new Promise((resolve, reject) => {
    const request = (https ? httpsRequest : httpRequest)(options.url, {
      method: 'GET',
      agent: https ? secure : plain,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
      ),
      ...(options.signal && { signal: options.signal }),
    });
    const timer = setTimeout(() => request.destroy(new HttpTimeoutError('context deadline exceeded')), options.timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).subarray(0, options.maxBodyBytes).toString('utf8'),
        });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size < options.maxBodyBytes) return;
        // The rest is not read.
        done();
        request.destroy();
      });
      response.on('end', done);
      response.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
    request.end();
  });
}

/** Posts JSON to webhooks, wherever they are configured (k8s.io/apiserver/pkg/util/webhook). */
import type { Clock, Random } from '../../base/clock.ts';
import type { Outbound, OutboundTls } from '../../host/outbound.ts';
import { parseJson } from '../../wire/json/parse.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { connectionMessage } from './connection-message.ts';
import { serviceEndpoint } from './service-endpoint.ts';

/** The same shape in admission registrations and in CustomResourceDefinitions. */
export interface WebhookAddress {
  readonly url?: string | undefined;
  readonly service?:
    | { readonly namespace: string; readonly name: string; readonly path?: string | undefined; readonly port?: number | undefined }
    | undefined;
  /** PEM in base64. Without it the system's authorities are trusted. */
  readonly caBundle?: string | undefined;
}

export interface WebhookClientOptions {
  readonly registry: RegistryReader;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
}

/** Answers are held in memory: what is larger comes from somebody hostile. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

interface Place {
  /** As messages name it. */
  readonly authority: string;
  readonly path: string;
  readonly tls: OutboundTls;
  /** Looked up for every call: endpoints come and go. */
  locate(): { readonly host: string; readonly port: number };
}

export class WebhookClient {
  readonly #options: WebhookClientOptions;

  constructor(options: WebhookClientOptions) {
    this.#options = options;
  }

  /**
   * The JSON value that the webhook answers. Rejects with an Error whose message can be shown to clients: it never holds what the other
   * side sent, which may be a service that is not meant to be read from here. Redirects are not followed.
   */
  async post(address: WebhookAddress, body: unknown, timeoutSeconds: number): Promise<unknown> {
    const place = this.#place(address);
    const path = `${place.path}${place.path.includes('?') ? '&' : '?'}timeout=${timeoutSeconds}s`;
    const deadline = new AbortController();
    const timer = this.#options.clock.schedule(timeoutSeconds * 1000, () => deadline.abort(new Error('context deadline exceeded')));
    try {
      return await this.#exchange(place, path, Buffer.from(stringifyJson(body)), deadline.signal);
    } catch (error) {
      const why = deadline.signal.aborted ? (deadline.signal.reason as Error) : error;
      if (why instanceof AnswerError) throw why;
      throw new Error(`Post "https://${place.authority}${path}": ${connectionMessage(why)}`, { cause: why });
    } finally {
      timer.cancel();
    }
  }

  async #exchange(place: Place, path: string, body: Uint8Array, signal: AbortSignal): Promise<unknown> {
    const { host, port } = place.locate();
    const headers = {
      host: place.authority,
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'user-agent': 'kube-apiserver-admission',
      'content-length': String(body.byteLength),
    };
    const answer = await this.#options.outbound.send({ method: 'POST', host, port, path, headers, body, tls: place.tls, signal });
    const bytes = await readAll(answer.body);
    if (answer.status < 200 || answer.status > 206) throw refusal(answer.status);
    try {
      return parseJson(bytes).value;
    } catch {
      // The parser's message would quote the answer.
      throw new AnswerError('the answer is not JSON');
    }
  }

  #place({ url, service, caBundle }: WebhookAddress): Place {
    const trust = caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : { verify: true };
    if (service) {
      const { registry, random } = this.#options;
      const port = service.port ?? 443;
      const serverName = `${service.name}.${service.namespace}.svc`;
      const [path, query] = (service.path ?? '').split('?', 2);
      return {
        authority: `${serverName}:${port}`,
        path: `${path?.startsWith('/') ? '' : '/'}${path ?? ''}${query === undefined ? '' : `?${query}`}`,
        tls: { ...trust, serverName },
        locate: () => serviceEndpoint(registry, random, service.namespace, service.name, port),
      };
    }
    if (!url) throw new Error('webhook configuration must have either service or URL');
    const parsed = new URL(url);
    const at = { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 443) };
    return { authority: parsed.host, path: parsed.pathname, tls: trust, locate: () => at };
  }
}

/** What the webhook answered is at fault, not the way to it. */
class AnswerError extends Error {}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new AnswerError(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** In the words that clients have for unexpected answers, without the answer. */
function refusal(status: number): AnswerError {
  const known = REFUSALS[status];
  if (known !== undefined) return new AnswerError(known);
  if (status >= 500) return new AnswerError('an error on the server ("unknown") has prevented the request from succeeding');
  return new AnswerError(`the server responded with the status code ${status} but did not return more information`);
}

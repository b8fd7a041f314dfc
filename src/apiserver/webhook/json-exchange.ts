/** One JSON question to another server over HTTPS, and its answer: for webhooks, and for issuers of tokens. */
import type { Clock } from '../../base/clock.ts';
import type { Outbound, OutboundTls } from '../../host/outbound.ts';
import { parseJson } from '../../wire/json/parse.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import { connectionMessage } from './connection-message.ts';

export interface JsonQuestion {
  readonly method: 'GET' | 'POST';
  /** As messages and the Host header name the server. */
  readonly authority: string;
  readonly path: string;
  readonly tls: OutboundTls;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
  /** Looked up when the question is asked. Throws when there is no such place. */
  locate(): { readonly host: string; readonly port: number };
}

/** Answers are held in memory: what is larger comes from somebody hostile. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * The JSON value that is answered. Rejects with an Error whose message can be shown to clients: it never holds what the other side sent,
 * which may be a service that is not meant to be read from here. Redirects are not followed.
 */
export async function exchangeJson(
  { outbound, clock }: { readonly outbound: Outbound; readonly clock: Clock },
  question: JsonQuestion,
): Promise<unknown> {
  const { method, authority, path, timeoutMs } = question;
  const deadline = new AbortController();
  const timer = clock.schedule(timeoutMs, () => deadline.abort(new Error('context deadline exceeded')));
  try {
    return await exchange(outbound, question, deadline.signal);
  } catch (error) {
    const why = deadline.signal.aborted ? (deadline.signal.reason as Error) : error;
    if (why instanceof AnswerError) throw why;
    const verb = method === 'GET' ? 'Get' : 'Post';
    throw new Error(`${verb} "https://${authority}${path}": ${connectionMessage(why)}`, { cause: why });
  } finally {
    timer.cancel();
  }
}

async function exchange(outbound: Outbound, question: JsonQuestion, signal: AbortSignal): Promise<unknown> {
  const { method, authority, path, tls } = question;
  const { host, port } = question.locate();
  const body = question.body === undefined ? undefined : Buffer.from(stringifyJson(question.body));
  const headers = {
    host: authority,
    accept: 'application/json, */*',
    ...(body && { 'content-type': 'application/json', 'content-length': String(body.byteLength) }),
    ...question.headers,
  };
  const answer = await outbound.send({ method, host, port, path, headers, ...(body && { body }), tls, signal });
  const bytes = await readAll(answer.body);
  if (answer.status < 200 || answer.status > 206) throw refusal(answer.status);
  try {
    return parseJson(bytes).value;
  } catch {
    // The parser's message would quote the answer.
    throw new AnswerError('the answer is not JSON');
  }
}

/** What the other side answered is at fault, not the way to it. */
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

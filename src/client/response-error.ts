import type { Status } from '../api/meta/v1.gen.ts';
import { StatusError } from '../machinery/status-error.ts';

/** Reason and text for an answer that carries no Status (apierrors.NewGenericServerResponse). */
const GENERIC: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the server has asked for the client to list again'],
  413: ['RequestEntityTooLarge', 'the request is too large'],
  415: ['UnsupportedMediaType', 'the server was unable to understand the content type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted, but may still be processing the request'],
};

/** The error for an answer with a status from 400 on: its Status when the body is one, a generic one otherwise. */
export function responseError(
  response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  asked: { readonly method: string; readonly path: string },
): StatusError {
  const status = statusOf(response.body);
  const code = response.status;
  const retryAfterSeconds = Number.parseInt(response.headers['retry-after'] ?? '', 10) || undefined;
  if (status) {
    const details = retryAfterSeconds && !status.details?.retryAfterSeconds ? { ...status.details, retryAfterSeconds } : status.details;
    const { message, reason } = status;
    return new StatusError({
      ...(message !== undefined && { message }),
      ...(reason !== undefined && { reason }),
      ...(details && { details }),
      code: status.code ?? code,
    });
  }
  const text = response.body.trim();
  const [reason, message] = genericOf(code, asked.method, text);
  return new StatusError({
    reason,
    message: code === 403 && text !== '' ? text : `${message} (${asked.method.toLowerCase()} ${asked.path})`,
    details: {
      ...(retryAfterSeconds && { retryAfterSeconds }),
      causes: [{ reason: 'UnexpectedServerResponse', message: text.slice(0, 2048) || 'unknown' }],
    },
    code,
  });
}

function genericOf(code: number, method: string, text: string): readonly [string, string] {
  if (code === 403) return ['Forbidden', 'forbidden'];
  if (code === 409 && method === 'POST') return ['AlreadyExists', 'the server reported a conflict'];
  const known = GENERIC[code];
  if (known) return known;
  if (code >= 500)
    return ['InternalError', `an error on the server (${JSON.stringify(text.slice(0, 2048))}) has prevented the request from succeeding`];
  return ['', `the server responded with the status code ${code} but did not return more information`];
}

function statusOf(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(body) as Status;
    return value.kind === 'Status' ? value : undefined;
  } catch {
    // Not JSON after all: a proxy's page, for example.
    return undefined;
  }
}

import type { Logger } from '../../base/log.ts';
import { internalError, StatusError } from '../../machinery/status-error.ts';
import type { ApiResponse, Filter } from '../request.ts';

/** Turns what a later step throws into a Status answer, and puts warnings into headers. */
export function recoverFilter(log: Logger): Filter {
  return (next) => async (context) => {
    let response: ApiResponse;
    try {
      response = await next(context);
    } catch (error) {
      if (!(error instanceof StatusError)) log.error('request failed', error, { method: context.request.method, path: context.request.path });
      response = statusResponse(error instanceof StatusError ? error : internalError(error instanceof Error ? error.message : String(error)));
    }
    if (context.responseHeaders) response = { ...response, headers: { ...context.responseHeaders, ...response.headers } };
    if (context.warnings.size === 0) return response;
    const warning = [...context.warnings].map((text) => `299 - ${quote(text)}`).join('\n');
    return { ...response, headers: { ...response.headers, warning } };
  };
}

export function statusResponse(error: StatusError): ApiResponse {
  const retry = error.status.details?.retryAfterSeconds;
  return { type: 'object', status: error.code, object: error.status, ...(retry !== undefined && { headers: { 'retry-after': String(retry) } }) };
}

/** A quoted-string of RFC 7230, without control characters. */
function quote(text: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[\\"]/g, '\\$&')}"`;
}

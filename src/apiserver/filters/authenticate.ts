import type { Logger } from '../../base/log.ts';
import { errorMessage } from '../../base/log.ts';
import { unauthorized } from '../../machinery/status-error.ts';
import type { Authenticator } from '../authn/authenticator.ts';
import type { Filter, RequestContext } from '../request.ts';

/** Finds out who asks; `onFailure` hears of those who could not say. Requests of the in-process transport say so themselves. */
export function authenticateFilter(authenticator: Authenticator, log: Logger, onFailure?: (context: RequestContext) => void): Filter {
  return (next) => async (context) => {
    const { request } = context;
    if (request.trustedUser) {
      context.user = request.trustedUser;
      return next(context);
    }
    const found = await authenticator.authenticateRequest(request).catch((error: unknown) => {
      log.debug('authentication failed', { reason: errorMessage(error), path: request.path });
      return undefined;
    });
    if (!found) {
      onFailure?.(context);
      throw unauthorized();
    }
    context.user = found.user;
    for (const [key, value] of Object.entries(found.auditAnnotations ?? {})) context.auditAnnotations.set(key, value);
    for (const warning of found.warnings ?? []) context.warnings.add(warning);
    return next(context);
  };
}

import type { Logger } from '../../base/log.ts';
import { errorMessage } from '../../base/log.ts';
import { unauthorized } from '../../machinery/status-error.ts';
import type { Authenticator } from '../authn/authenticator.ts';
import type { Filter } from '../request.ts';

/** Finds out who asks. Requests of the in-process transport say so themselves. */
export function authenticateFilter(authenticator: Authenticator, log: Logger): Filter {
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
    if (!found) throw unauthorized();
    context.user = found.user;
    return next(context);
  };
}

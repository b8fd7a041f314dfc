import type { AuthorizationAttributes, Authorizer } from '../authz/authorizer.ts';
import type { Filter } from '../request.ts';
import { attributesOf } from './authorize.ts';
import { wantedUser, withoutImpersonation, type WantedUser } from './impersonation-headers.ts';
import { impersonationModes, type Impersonation } from './impersonation-modes.ts';

const REMEMBERED_USERS = 10_000;

/** Lets those who may act as somebody else (`kubectl --as`): everything after sees that user. */
export function impersonationFilter(authorizer: Authorizer): Filter {
  const impersonate = impersonator(authorizer);
  return (next) => async (context) => {
    const { request } = context;
    const wanted = wantedUser(request.headers);
    if (!wanted) return next(context);
    context.impersonation = await impersonate(wanted, attributesOf(context));
    const { user } = context.impersonation;
    return next({ ...context, user, request: { ...request, headers: withoutImpersonation(request.headers) } });
  };
}

/** Rejects with 403: in the words of the mode that worked last, or else of the first that applies. */
function impersonator(authorizer: Authorizer): (wanted: WantedUser, request: AuthorizationAttributes) => Promise<Impersonation> {
  const modes = impersonationModes(authorizer);
  /** By user name; the one used longest ago is first. */
  const lastModes = new Map<string, number>();
  const remember = (name: string, mode: number) => {
    lastModes.delete(name);
    lastModes.set(name, mode);
    const [oldest] = lastModes.keys();
    if (lastModes.size > REMEMBERED_USERS && oldest !== undefined) lastModes.delete(oldest);
  };
  return async (wanted, request) => {
    const last = lastModes.get(request.user.name);
    const order = last === undefined ? [...modes.keys()] : [last, ...[...modes.keys()].filter((i) => i !== last)];
    let refusal: unknown;
    for (const i of order) {
      try {
        const impersonation = await modes[i]?.check(wanted, request);
        if (!impersonation) continue;
        remember(request.user.name, i);
        return impersonation;
      } catch (error) {
        refusal ??= error;
      }
    }
    throw refusal;
  };
}

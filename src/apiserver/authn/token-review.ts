import type { AnyObject } from '../../api/object.ts';
import type { TokenReviewSpec } from '../../api/authentication/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { badRequest, internalError } from '../../machinery/status-error.ts';
import { aggregateMessage } from '../authz/aggregate-message.ts';
import type { AuthenticatedUser, TokenAuthenticator } from './authenticator.ts';
import { CredentialError } from './union.ts';
import { toApiUser } from './user-info.ts';

const INVALID = 'invalid bearer token';

export interface TokenReviewContext {
  readonly tokens: TokenAuthenticator;
  readonly apiAudiences: readonly string[];
  readonly namespace: string;
  readonly validate?: ((object: AnyObject) => Promise<void>) | undefined;
}

/** TokenReview: whose token is this? Gives the object back with its status. */
export async function reviewToken(
  object: AnyObject,
  { tokens, apiAudiences, namespace, validate }: TokenReviewContext,
): Promise<AnyObject> {
  const spec = (object['spec'] ?? {}) as TokenReviewSpec;
  if (namespace !== '') throw badRequest(`namespace is not allowed on this type: ${namespace}`);
  if (!spec.token) throw badRequest('token is required for TokenReview in authentication');
  await validate?.(object);
  const audiences = spec.audiences?.length ? spec.audiences : apiAudiences;
  let found: AuthenticatedUser | undefined;
  try {
    found = await tokens.authenticateToken(spec.token, audiences);
  } catch (error) {
    const problems = error instanceof CredentialError ? error.problems : [errorMessage(error)];
    // Upstream's own token for itself is asked too, and is never the one.
    return { ...object, status: { user: {}, error: aggregateMessage([INVALID, ...problems]) } };
  }
  if (!found) return { ...object, status: { user: {}, error: INVALID } };
  const good = found.audiences ?? [];
  if (audiences.length > 0 && !good.some((a) => audiences.includes(a))) throw internalError('error validating audiences');
  // Upstream asks the whole chain for tokens, so the group of everybody known is there.
  const groups = found.user.groups.includes('system:authenticated') ? found.user.groups : [...found.user.groups, 'system:authenticated'];
  return {
    ...object,
    status: { authenticated: true, user: toApiUser({ ...found.user, groups }), ...(good.length > 0 && { audiences: [...good] }) },
  };
}

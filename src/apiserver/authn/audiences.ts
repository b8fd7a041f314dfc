import { quoteList } from '../authz/rbac/covers.ts';

/**
 * Which of the audiences asked for a token is good for. A token without audiences is good for the server's own; a caller that asks for none
 * asks for those. Throws when none fits (k8s.io/apiserver/pkg/authentication/authenticator Audiences).
 */
export function checkAudiences(ofToken: readonly string[], asked: readonly string[], ofServer: readonly string[]): readonly string[] {
  const have = ofToken.length === 0 ? ofServer : ofToken;
  const want = asked.length === 0 ? ofServer : asked;
  const common = have.filter((a) => want.includes(a));
  if (common.length === 0 && ofServer.length > 0)
    throw new Error(`token audiences ${quoteList(have)} is invalid for the target audiences ${quoteList(want)}`);
  return common;
}

/** For credentials that say nothing of audiences: good for the server's own. undefined when the caller wants only others. */
export function impliedAudiences(asked: readonly string[], ofServer: readonly string[]): readonly string[] | undefined {
  const common = asked.length === 0 ? ofServer : ofServer.filter((a) => asked.includes(a));
  return common.length === 0 && ofServer.length > 0 ? undefined : common;
}

import { errorMessage } from '../../base/log.ts';
import { aggregateMessage } from '../authz/aggregate-message.ts';
import type { ApiRequest } from '../request.ts';
import type { AuthenticatedUser, Authenticator, TokenAuthenticator } from './authenticator.ts';

/** Asks each until one knows the user. What others found wrong counts only when none does (k8s.io/apiserver/pkg/authentication/request/union). */
export class UnionAuthenticator implements Authenticator {
  readonly name = 'union';
  readonly #members: readonly Authenticator[];

  constructor(members: readonly Authenticator[]) {
    this.#members = members;
  }

  authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined> {
    return firstThatKnows(this.#members, (member) => member.authenticateRequest(request));
  }
}

/** The same for tokens. */
export class TokenUnionAuthenticator implements TokenAuthenticator {
  readonly name = 'token-union';
  readonly #members: readonly TokenAuthenticator[];

  constructor(members: readonly TokenAuthenticator[]) {
    this.#members = members;
  }

  authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    return firstThatKnows(this.#members, (member) => member.authenticateToken(token, audiences));
  }
}

/** What those who were asked found wrong with a credential. */
export class CredentialError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(aggregateMessage(problems));
    this.problems = problems;
  }
}

async function firstThatKnows<T>(
  members: readonly T[],
  ask: (member: T) => Promise<AuthenticatedUser | undefined>,
): Promise<AuthenticatedUser | undefined> {
  const problems: (readonly string[])[] = [];
  for (const member of members) {
    try {
      const user = await ask(member);
      if (user) return user;
    } catch (error) {
      problems.push(error instanceof CredentialError ? error.problems : [errorMessage(error)]);
    }
  }
  if (problems.length > 0) throw new CredentialError(problems.flat());
  return undefined;
}

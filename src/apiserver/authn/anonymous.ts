import type { ApiRequest } from '../request.ts';
import type { AuthenticatedUser, Authenticator } from './authenticator.ts';

export const ANONYMOUS = 'system:anonymous';
export const UNAUTHENTICATED = 'system:unauthenticated';

/** Everybody without a credential, on the given paths or, when none are given, on all. */
export class AnonymousAuthenticator implements Authenticator {
  readonly name = 'anonymous';
  readonly #paths: ReadonlySet<string> | undefined;

  constructor(paths?: readonly string[]) {
    this.#paths = paths?.length ? new Set(paths) : undefined;
  }

  async authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined> {
    if (this.#paths && !this.#paths.has(request.path)) return undefined;
    return { user: { name: ANONYMOUS, groups: [UNAUTHENTICATED] } };
  }
}

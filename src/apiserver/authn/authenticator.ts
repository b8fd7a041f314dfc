/** Contract of authenticators (k8s.io/apiserver/pkg/authentication/authenticator). One kind of credential a file beside this one. */
import type { ApiRequest, UserInfo } from '../request.ts';

export interface AuthenticatedUser {
  readonly user: UserInfo;
  /** Audiences the credential is good for, when it names any. */
  readonly audiences?: readonly string[];
  /** For the audit event of the request. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  /** For the client. */
  readonly warnings?: readonly string[];
}

export interface Authenticator {
  readonly name: string;
  /** undefined: no credential of this kind. Rejects when there is one and it is not good. */
  authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined>;
}

/** For bearer tokens; TokenReview uses the same chain. */
export interface TokenAuthenticator {
  readonly name: string;
  authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined>;
}

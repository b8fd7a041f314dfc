import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { UserInfo } from '../request.ts';
import { ANONYMOUS, AnonymousAuthenticator, UNAUTHENTICATED } from './anonymous.ts';
import type { AuthenticatedUser, Authenticator, TokenAuthenticator } from './authenticator.ts';
import { BearerTokenAuthenticator } from './bearer-token.ts';
import { BootstrapTokenAuthenticator } from './bootstrap-token.ts';
import { RequestHeaderAuthenticator, type RequestHeaderOptions } from './request-header.ts';
import type { SigningKey } from './service-account/keys.ts';
import { LegacyTokenAuthenticator } from './service-account/legacy-token-authenticator.ts';
import { ServiceAccountAuthenticator } from './service-account/service-account-authenticator.ts';
import { StaticTokenAuthenticator } from './static-tokens.ts';
import { TokenUnionAuthenticator, UnionAuthenticator } from './union.ts';
import type { CaPool } from './x509/ca-pool.ts';
import { X509Authenticator } from './x509/x509-authenticator.ts';

export interface AuthenticationOptions {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly apiAudiences: readonly string[];
  /** `--client-ca-file`. */
  readonly clientCa?: CaPool;
  /** `--requestheader-*`. */
  readonly requestHeader?: Omit<RequestHeaderOptions, 'clock'>;
  /** `--token-auth-file`, and the server's own loopback token. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** `--service-account-issuer` and `--service-account-key-file`. */
  readonly serviceAccounts?: { readonly issuers: readonly string[]; readonly keys: readonly SigningKey[] };
  /** `--enable-bootstrap-token-auth`. */
  readonly bootstrapTokens?: boolean;
  /** `--anonymous-auth`; a list of paths limits it. */
  readonly anonymous: boolean | readonly string[];
  /** Webhook and OIDC authenticators, asked after the server's own. */
  readonly more?: readonly TokenAuthenticator[];
}

export interface Authentication {
  /** Who asks. Rejects when a credential is wrong; undefined when none is there and anonymous requests are not taken. Both are a 401. */
  readonly authenticator: Authenticator;
  /** For TokenReview. */
  readonly tokens: TokenAuthenticator;
}

const AUTHENTICATED = 'system:authenticated';

/** All configured authenticators in upstream's order (pkg/kubeapiserver/authenticator): proxy, certificate, tokens; anonymous last. */
export function buildAuthentication(options: AuthenticationOptions): Authentication {
  const tokens = new TokenUnionAuthenticator(tokenAuthenticators(options));
  const { clientCa, requestHeader, clock, apiAudiences, anonymous } = options;
  const members: Authenticator[] = [];
  if (requestHeader) members.push(new RequestHeaderAuthenticator({ ...requestHeader, clock }));
  if (clientCa) members.push(new X509Authenticator(clientCa, clock));
  members.push(new BearerTokenAuthenticator(tokens, apiAudiences));
  const known = new UnionAuthenticator(members);
  const nobody = anonymous === false ? undefined : new AnonymousAuthenticator(anonymous === true ? [] : anonymous);
  const authenticator: Authenticator = {
    name: 'kubernetes',
    // A wrong credential is an error: it does not make its bearer anonymous.
    async authenticateRequest(request) {
      const found = await known.authenticateRequest(request);
      return found ? withGroup(found) : nobody?.authenticateRequest(request);
    },
  };
  return { authenticator, tokens };
}

function tokenAuthenticators(options: AuthenticationOptions): TokenAuthenticator[] {
  const { apiAudiences, serviceAccounts, staticTokens } = options;
  const out: TokenAuthenticator[] = [];
  if (staticTokens?.size) out.push(new StaticTokenAuthenticator(staticTokens, apiAudiences));
  if (serviceAccounts) {
    out.push(new LegacyTokenAuthenticator({ ...options, keys: serviceAccounts.keys }));
    out.push(new ServiceAccountAuthenticator({ ...options, ...serviceAccounts }));
  }
  if (options.bootstrapTokens) out.push(new BootstrapTokenAuthenticator(options));
  return [...out, ...(options.more ?? [])];
}

/** Everybody known is in `system:authenticated`, whatever the credential says, unless it says that nobody is. */
function withGroup(found: AuthenticatedUser): AuthenticatedUser {
  const { user } = found;
  if (user.name === ANONYMOUS || user.groups.includes(AUTHENTICATED) || user.groups.includes(UNAUTHENTICATED)) return found;
  return { ...found, user: { ...user, groups: [...user.groups, AUTHENTICATED] } };
}

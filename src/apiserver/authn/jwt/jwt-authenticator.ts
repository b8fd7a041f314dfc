import type { Clock } from '../../../base/clock.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import { quoteList } from '../../authz/rbac/covers.ts';
import type { UserInfo } from '../../request.ts';
import { impliedAudiences } from '../audiences.ts';
import type { AuthenticatedUser, TokenAuthenticator } from '../authenticator.ts';
import { parseToken, type ParsedToken } from '../service-account/jwt.ts';
import type { JwtConfig } from './configuration.ts';
import { userReader, type TokenClaims } from './user-from-claims.ts';
import { isSignedByJwk, type Jwk } from './verify-signature.ts';

export interface JwtAuthenticatorOptions {
  readonly config: JwtConfig;
  readonly algorithms: readonly string[];
  readonly keys: { readonly isReady: boolean; readonly keys: readonly Jwk[]; refresh(): Promise<void> };
  readonly clock: Clock;
  readonly apiAudiences: readonly string[];
}

/** Clocks differ; upstream's library allows as much. */
const NOT_BEFORE_LEEWAY_SECONDS = 5 * 60;

/** Tokens of another issuer: OpenID Connect providers, other clusters (k8s.io/apiserver/plugin/pkg/authenticator/token/oidc). */
export class JwtAuthenticator implements TokenAuthenticator {
  readonly name = 'oidc';
  readonly #o: JwtAuthenticatorOptions;
  readonly #userOf: (claims: TokenClaims) => UserInfo;

  constructor(options: JwtAuthenticatorOptions) {
    this.#o = options;
    this.#userOf = userReader(options.config);
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const parsed = parseToken(token);
    if (!parsed || issuerOf(parsed.claims) !== this.#o.config.issuer.url) return undefined;
    if (!this.#o.keys.isReady) throw new Error('oidc: authenticator not initialized');
    await this.#checkSignature(parsed);
    this.#checkTimes(parsed.claims);
    this.#checkAudience(parsed.claims);
    const user = this.#userOf(parsed.claims);
    // Its own audience made the token good for this server; callers may still want it for another.
    const common = impliedAudiences(audiences, this.#o.apiAudiences);
    return common && { user, audiences: common };
  }

  /** Keys change: before a token is refused, the issuer is asked for its keys of today. */
  async #checkSignature(token: ParsedToken): Promise<void> {
    const { keys, algorithms } = this.#o;
    if (!algorithms.includes(token.algorithm)) {
      throw new Error(
        `oidc: verify token: oidc: id token signed with unsupported algorithm, expected ${quoteList(algorithms)} got "${token.algorithm}"`,
      );
    }
    if (isSignedByJwk(token, keys.keys, algorithms)) return;
    await keys.refresh();
    if (!isSignedByJwk(token, keys.keys, algorithms))
      throw new Error('oidc: verify token: failed to verify signature: failed to verify id token signature');
  }

  #checkTimes({ exp, nbf }: TokenClaims): void {
    const now = this.#o.clock.now() / 1000;
    const expiry = typeof exp === 'number' ? exp : 0;
    if (expiry < now) throw new Error(`oidc: verify token: oidc: token is expired (Token Expiry: ${goTime(expiry)})`);
    if (nbf !== undefined && (typeof nbf !== 'number' || now + NOT_BEFORE_LEEWAY_SECONDS < nbf)) {
      throw new Error('oidc: verify token: oidc: current time is before the nbf (not before) time');
    }
  }

  #checkAudience({ aud }: TokenClaims): void {
    const has = (typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : []) as readonly unknown[];
    const { audiences } = this.#o.config.issuer;
    if (!has.some((one) => typeof one === 'string' && audiences.includes(one))) {
      const wanted = audiences.length === 1 ? goQuote(audiences[0] ?? '') : `in ${quoteList(audiences)}`;
      throw new Error(`oidc: verify token: oidc: expected audience ${wanted} got ${quoteList(has.map(String))}`);
    }
  }
}

/** `2026-01-31 10:00:00 +0000 UTC` */
function goTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : `${time.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

function issuerOf({ iss }: TokenClaims): unknown {
  // Google's tokens once named themselves without the scheme.
  return iss === 'accounts.google.com' ? 'https://accounts.google.com' : iss;
}

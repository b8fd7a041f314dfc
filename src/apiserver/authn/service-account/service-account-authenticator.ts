import { createHash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import { checkAudiences } from '../audiences.ts';
import type { AuthenticatedUser, TokenAuthenticator } from '../authenticator.ts';
import { checkClaims } from './check-claims.ts';
import { isSignedBy, parseToken, type Claims } from './jwt.ts';
import type { SigningKey } from './keys.ts';

export interface ServiceAccountTokenOptions {
  /** `--service-account-issuer`; the first signs, all are taken. */
  readonly issuers: readonly string[];
  readonly keys: readonly SigningKey[];
  /** `--api-audiences`: what a token must be good for. */
  readonly apiAudiences: readonly string[];
  readonly registry: RegistryReader;
  readonly clock: Clock;
}

const REMEMBERED = 4096;

/** Tokens that TokenRequest issued (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens). */
export class ServiceAccountAuthenticator implements TokenAuthenticator {
  readonly name = 'serviceaccount';
  readonly #options: ServiceAccountTokenOptions;
  // Signatures are checked once; whether the bound objects are still there is checked with every request.
  readonly #verified = new Map<string, Claims>();

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const claims = this.#claims(token);
    if (!claims) return undefined;
    const good = checkAudiences(claims.aud, audiences, this.#options.apiAudiences);
    const { user, auditAnnotations } = checkClaims(claims, this.#options.registry, this.#options.clock.now());
    return { user, audiences: good, auditAnnotations };
  }

  #claims(token: string): Claims | undefined {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(digest);
    if (known) return known;
    const parsed = parseToken(token);
    if (!parsed || !this.#options.issuers.includes(parsed.claims['iss'] as string)) return undefined;
    if (!isSignedBy(parsed, this.#options.keys)) throw new Error('invalid signature');
    const claims = readClaims(parsed.claims);
    if (this.#verified.size >= REMEMBERED) this.#verified.delete(this.#verified.keys().next().value ?? '');
    this.#verified.set(digest, claims);
    return claims;
  }
}

/** `aud` may be one string (RFC 7519, 4.1.3). */
function readClaims(claims: Readonly<Record<string, unknown>>): Claims {
  const { aud } = claims;
  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.filter((a) => typeof a === 'string') : [];
  return { ...(claims as unknown as Claims), aud: audiences };
}

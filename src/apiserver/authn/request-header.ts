import type { Clock } from '../../base/clock.ts';
import { commonName } from '../../wire/der/distinguished-name.ts';
import { headerValue, headerValues, prefixedHeaders } from '../header-values.ts';
import type { ApiRequest } from '../request.ts';
import type { AuthenticatedUser, Authenticator } from './authenticator.ts';
import type { CaPool } from './x509/ca-pool.ts';
import { VerifiedCertificates } from './x509/verified-certificates.ts';

export interface RequestHeaderOptions {
  /** Authorities of front proxies: not those of clients. */
  readonly pool: CaPool;
  /** Common names that proxies may have; empty: any. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
  readonly clock: Clock;
}

/** An authenticating proxy says who asks (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#authenticating-proxy). */
export class RequestHeaderAuthenticator implements Authenticator {
  readonly name = 'requestheader';
  readonly #options: RequestHeaderOptions;
  readonly #verified: VerifiedCertificates;

  constructor(options: RequestHeaderOptions) {
    this.#options = options;
    this.#verified = new VerifiedCertificates(options.pool, options.clock);
  }

  async authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined> {
    const { allowedNames, usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = this.#options;
    if (!request.clientCertificates?.length) return undefined;
    const proxy = commonName(this.#verified.leaf(request.clientCertificates).subject);
    if (allowedNames.length > 0 && !allowedNames.includes(proxy))
      throw new Error(`x509: subject with cn=${proxy} is not in the allowed list`);
    const { headers } = request;
    const first = (names: readonly string[]) => names.map((n) => headerValue(headers, n)).find((v) => v !== '') ?? '';
    const name = first(usernameHeaders);
    if (name === '') return undefined;
    const uid = first(uidHeaders);
    const groups = groupHeaders.flatMap((n) => headerValues(headers, n)).filter((g) => g !== '');
    const extra = Object.fromEntries(extraHeaderPrefixes.flatMap((prefix) => [...prefixedHeaders(headers, prefix.toLowerCase())]));
    return { user: { name, ...(uid !== '' && { uid }), groups, extra } };
  }
}

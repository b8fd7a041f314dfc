/** Who asks: a client certificate of our authority, or a bearer token that the API server vouches for. */
import type { TokenReview } from '../../api/authentication/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import type { IncomingRequest } from '../../host/https-server.ts';
import { TimedCache } from '../util/timed-cache.ts';

export interface RequestUser {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

const TOKEN_REVIEWS: ResourceRef<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
};
const CACHE_MS = 120_000;
const AUTHENTICATED = 'system:authenticated';

export class Authenticator {
  readonly #client: Client;
  readonly #tokens: TimedCache<RequestUser | undefined>;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#tokens = new TimedCache(clock, 1000);
  }

  /** Undefined when nobody known asks. */
  async authenticate({ certificate, headers }: IncomingRequest): Promise<RequestUser | undefined> {
    if (certificate) return { name: certificate.commonName, groups: [...certificate.organizations, AUTHENTICATED] };
    const token = /^Bearer\s+(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
    if (token === undefined) return undefined;
    return this.#tokens.get(token, CACHE_MS, () => this.#review(token));
  }

  async #review(token: string): Promise<RequestUser | undefined> {
    const { status } = await this.#client.resource(TOKEN_REVIEWS).create({ metadata: {}, spec: { token } });
    if (!status?.authenticated) return undefined;
    const user = status.user ?? {};
    return { name: user.username ?? '', uid: user.uid, groups: user.groups ?? [], extra: user.extra };
  }
}

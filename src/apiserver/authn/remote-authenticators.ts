import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Outbound } from '../../host/outbound.ts';
import type { RemoteServer } from '../webhook/kubeconfig-server.ts';
import type { TokenAuthenticator } from './authenticator.ts';
import { CachedTokenAuthenticator } from './cached-tokens.ts';
import { JwtAuthenticator } from './jwt/jwt-authenticator.ts';
import type { JwtIssuer } from './jwt/oidc-flags.ts';
import { RemoteKeys } from './jwt/remote-keys.ts';
import { WebhookTokenAuthenticator } from './webhook-token-authenticator.ts';

export interface TokenWebhook {
  readonly server: RemoteServer;
  readonly version: 'v1' | 'v1beta1';
  /** How long an answer is believed. */
  readonly cacheMs: number;
}

export interface RemoteAuthenticatorOptions {
  readonly issuers: readonly JwtIssuer[];
  readonly webhook?: TokenWebhook;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly apiAudiences: readonly string[];
  /** Ends the search for issuers. */
  readonly signal: AbortSignal;
}

const ISSUER_CACHE_MS = 10_000;

/** Those who have to be asked, or whose keys have to be fetched. Begins to look for the issuers. */
export function remoteAuthenticators(options: RemoteAuthenticatorOptions): TokenAuthenticator[] {
  const { webhook } = options;
  const issuers = options.issuers.map(({ config, algorithms }) => {
    const keys = new RemoteKeys({ ...options, issuer: config.issuer });
    void keys.start(options.signal);
    return new CachedTokenAuthenticator(new JwtAuthenticator({ ...options, config, algorithms, keys }), {
      ...options,
      ttlMs: ISSUER_CACHE_MS,
    });
  });
  if (!webhook) return issuers;
  return [
    ...issuers,
    new CachedTokenAuthenticator(new WebhookTokenAuthenticator({ ...options, ...webhook }), { ...options, ttlMs: webhook.cacheMs }),
  ];
}

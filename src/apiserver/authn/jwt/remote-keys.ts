import type { Clock } from '../../../base/clock.ts';
import { errorMessage, type Logger } from '../../../base/log.ts';
import type { Outbound } from '../../../host/outbound.ts';
import { isObject } from '../../../machinery/patch/values.ts';
import { exchangeJson } from '../../webhook/json-exchange.ts';
import type { IssuerConfig } from './configuration.ts';
import type { Jwk } from './verify-signature.ts';

export interface RemoteKeysOptions {
  readonly issuer: IssuerConfig;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_MS = 10_000;
const REQUEST_MS = 30_000;
/** Anybody can send tokens with key ids that nobody knows: the issuer is not asked for each of them. */
const MIN_REFRESH_MS = 1000;

/** The keys of an issuer, as its discovery document leads to them (OpenID Connect Discovery 1.0). */
export class RemoteKeys {
  readonly #o: RemoteKeysOptions;
  #url: string | undefined;
  #keys: readonly Jwk[] = [];
  #fetching: Promise<void> | undefined;
  #fetchedMs = -Infinity;
  #problem = 'not initialized';

  constructor(options: RemoteKeysOptions) {
    this.#o = options;
  }

  get isReady(): boolean {
    return this.#url !== undefined;
  }

  /** Why it is not ready. */
  get problem(): string {
    return this.#problem;
  }

  get keys(): readonly Jwk[] {
    return this.#keys;
  }

  /** Looks for the issuer until it is found, or the signal aborts: it may run in this very cluster. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock, log, issuer } = this.#o;
    while (!signal.aborted && !this.isReady) {
      try {
        this.#url = await this.#discover();
      } catch (error) {
        this.#problem = errorMessage(error);
        log.error('oidc authenticator: initializing plugin', error, { issuer: issuer.url });
        await clock.sleep(RETRY_MS, signal).catch(() => {}); // Stopped: seen right above.
      }
    }
  }

  /** Asks the issuer for its keys anew. Requests that come together ask once. Rejects when it does not answer. */
  async refresh(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    if (this.#o.clock.monotonic() - this.#fetchedMs < MIN_REFRESH_MS) return;
    this.#fetching = this.#fetch().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#fetchedMs = this.#o.clock.monotonic();
    const answer = await this.#get(this.#url ?? '');
    const keys = isObject(answer) ? answer['keys'] : undefined;
    if (!Array.isArray(keys)) throw new Error('oidc: the key set has no keys');
    this.#keys = keys.filter(isObject);
  }

  async #discover(): Promise<string> {
    const { url, discoveryURL } = this.#o.issuer;
    const document = await this.#get(discoveryURL || `${url.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: keys } = isObject(document) ? document : {};
    if (issuer !== url)
      throw new Error(`oidc: issuer did not match the issuer returned by provider, expected "${url}" got "${String(issuer)}"`);
    if (typeof keys !== 'string' || URL.parse(keys)?.protocol !== 'https:')
      throw new Error('oidc: the provider names no jwks_uri over https');
    return keys;
  }

  #get(address: string): Promise<unknown> {
    const { outbound, clock, issuer } = this.#o;
    const url = new URL(address);
    const at = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
    const tls = issuer.certificateAuthority ? { ca: issuer.certificateAuthority } : { verify: true };
    const path = `${url.pathname}${url.search}`;
    return exchangeJson({ outbound, clock }, { method: 'GET', authority: url.host, path, tls, timeoutMs: REQUEST_MS, locate: () => at });
  }
}

import { createHmac } from 'node:crypto';
import type { Clock, Random } from '../../base/clock.ts';
import type { AuthenticatedUser, TokenAuthenticator } from './authenticator.ts';

const CAPACITY = 4096;

interface Entry {
  readonly result: Promise<AuthenticatedUser | undefined>;
  expiresMs: number;
}

export interface TokenCacheOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long a success is believed, milliseconds; 10 s upstream. Failures are not remembered. */
  readonly ttlMs: number;
}

/**
 * Remembers what a remote authenticator (webhook, OIDC) said of a token, and asks only once for requests that come together
 * (k8s.io/apiserver/pkg/authentication/token/cache). Tokens themselves are not kept: the key is a keyed digest.
 */
export class CachedTokenAuthenticator implements TokenAuthenticator {
  readonly name: string;
  readonly #inner: TokenAuthenticator;
  readonly #options: TokenCacheOptions;
  readonly #secret: Uint8Array;
  readonly #entries = new Map<string, Entry>();

  constructor(inner: TokenAuthenticator, options: TokenCacheOptions) {
    this.name = inner.name;
    this.#inner = inner;
    this.#options = options;
    this.#secret = options.random.bytes(32);
  }

  authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const key = createHmac('sha256', this.#secret)
      .update(JSON.stringify([token, audiences]))
      .digest('base64');
    const known = this.#entries.get(key);
    if (known && this.#options.clock.now() < known.expiresMs) return known.result;
    const entry: Entry = { result: this.#ask(key, token, audiences), expiresMs: Infinity };
    this.#entries.delete(key);
    if (this.#entries.size >= CAPACITY) this.#entries.delete(this.#entries.keys().next().value ?? '');
    this.#entries.set(key, entry);
    return entry.result;
  }

  async #ask(key: string, token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    let user: AuthenticatedUser | undefined;
    try {
      user = await this.#inner.authenticateToken(token, audiences);
      return user;
    } finally {
      const entry = this.#entries.get(key);
      if (entry && user) entry.expiresMs = this.#options.clock.now() + this.#options.ttlMs;
      else this.#entries.delete(key);
    }
  }
}

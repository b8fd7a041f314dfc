import type { Clock } from '../../../base/clock.ts';
import type { Certificate } from '../../../wire/der/certificate.ts';
import type { CaPool } from './ca-pool.ts';
import type { VerifiedChain } from './verify-chain.ts';

interface Entry extends VerifiedChain {
  readonly generation: number;
}

/** Verifies client certificates once a connection: later requests on it find the answer, as long as it is still true. */
export class VerifiedCertificates {
  readonly #pool: CaPool;
  readonly #clock: Clock;
  // Keyed by the connection's own array of certificates, so entries go with their connections.
  readonly #known = new WeakMap<readonly Buffer[], Entry>();

  constructor(pool: CaPool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** The verified leaf. Throws when the chain is not good (now). */
  leaf(presented: readonly Buffer[]): Certificate {
    const now = this.#clock.now();
    const { generation } = this.#pool;
    const known = this.#known.get(presented);
    if (known && known.generation === generation && now >= known.notBeforeMs && now <= known.notAfterMs) return known.leaf;
    const verified = this.#pool.verify(presented, now);
    this.#known.set(presented, { ...verified, generation });
    return verified.leaf;
  }
}

import { CaCertificate, verifyChain, type VerifiedChain } from './verify-chain.ts';

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** The certificates of a PEM bundle, in DER. */
export function certificatesOfPem(pem: string): Buffer[] {
  return [...pem.matchAll(PEM)].map(([, body = '']) => Buffer.from(body, 'base64'));
}

/** Trusted certificate authorities; the bundle can be replaced while the server runs. */
export class CaPool {
  #roots: readonly CaCertificate[] = [];
  #generation = 0;

  constructor(pem: string) {
    this.replace(pem);
  }

  /** Throws when the bundle holds no certificate or a malformed one; the old ones stay then. */
  replace(pem: string): void {
    const roots = certificatesOfPem(pem).map((der) => new CaCertificate(der));
    if (roots.length === 0) throw new Error('Cannot use CA bundle: it holds no PEM certificate');
    this.#roots = roots;
    this.#generation++;
  }

  /** Changes with each replacement: what was verified under another generation must be verified again. */
  get generation(): number {
    return this.#generation;
  }

  /** Throws when the presented certificates (DER, leaf first) do not lead to a trusted one. */
  verify(presented: readonly Buffer[], nowMs: number): VerifiedChain {
    return verifyChain(presented, this.#roots, nowMs);
  }
}

import { X509Certificate } from 'node:crypto';
import { KEY_CERT_SIGN, parseCertificate, type Certificate } from '../../../wire/der/certificate.ts';
import { commonName } from '../../../wire/der/distinguished-name.ts';

export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';
/** MD2, MD5 and SHA-1 with RSA, ECDSA or DSA. */
const INSECURE = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
]);
/** Bound on the work that one handshake can cause. */
const MAX_SIGNATURE_CHECKS = 100;

export class CertificateError extends Error {
  constructor(certificate: Certificate, why: string) {
    super(`verifying certificate of ${JSON.stringify(commonName(certificate.subject))} failed: x509: ${why}`);
    this.name = 'CertificateError';
  }
}

export interface VerifiedChain {
  readonly leaf: Certificate;
  /** The chain is good within this time. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A certificate with what checking signatures needs. */
export class CaCertificate {
  readonly parsed: Certificate;
  readonly #x509: X509Certificate;

  constructor(der: Buffer) {
    this.parsed = parseCertificate(der);
    this.#x509 = new X509Certificate(der);
  }

  signed(child: X509Certificate): boolean {
    return child.verify(this.#x509.publicKey);
  }

  get x509(): X509Certificate {
    return this.#x509;
  }
}

/**
 * Finds a chain from the presented leaf to one of the roots, as Go's x509.Verify with ExtKeyUsageClientAuth does (RFC 5280, 6.1).
 * `presented`: DER, leaf first. Throws CertificateError, or DerError for what is no certificate.
 */
export function verifyChain(presented: readonly Buffer[], roots: readonly CaCertificate[], nowMs: number): VerifiedChain {
  const [leafDer, ...rest] = presented;
  if (!leafDer) throw new Error('verifyChain needs a certificate');
  const leaf = new CaCertificate(leafDer);
  checkOwn(leaf.parsed, nowMs);
  const search = new Search(
    rest.map((der) => new CaCertificate(der)),
    roots,
    nowMs,
  );
  const chain = roots.some((root) => root.parsed.raw.equals(leafDer)) ? [leaf] : search.extend([leaf]);
  if (!chain) throw new CertificateError(leaf.parsed, search.lastProblem ?? 'certificate signed by unknown authority');
  return {
    leaf: leaf.parsed,
    notBeforeMs: Math.max(...chain.map((c) => c.parsed.notBeforeMs)),
    notAfterMs: Math.min(...chain.map((c) => c.parsed.notAfterMs)),
  };
}

class Search {
  readonly #intermediates: readonly CaCertificate[];
  readonly #roots: readonly CaCertificate[];
  readonly #nowMs: number;
  #checks = 0;
  lastProblem: string | undefined;

  constructor(intermediates: readonly CaCertificate[], roots: readonly CaCertificate[], nowMs: number) {
    this.#intermediates = intermediates;
    this.#roots = roots;
    this.#nowMs = nowMs;
  }

  extend(chain: readonly CaCertificate[]): readonly CaCertificate[] | undefined {
    for (const root of this.#roots) {
      if (this.#fits(root, chain)) return this.#finish([...chain, root]);
    }
    for (const next of this.#intermediates) {
      if (chain.includes(next) || !this.#fits(next, chain)) continue;
      const found = this.extend([...chain, next]);
      if (found) return found;
    }
    return undefined;
  }

  #fits(issuer: CaCertificate, chain: readonly CaCertificate[]): boolean {
    const child = chain.at(-1);
    if (!child || !issuer.parsed.rawSubject.equals(child.parsed.rawIssuer)) return false;
    const problem = issuerProblem(issuer.parsed, chain, this.#nowMs) ?? this.#signatureProblem(issuer, child);
    if (problem) this.lastProblem = problem;
    return !problem;
  }

  #signatureProblem(issuer: CaCertificate, child: CaCertificate): string | undefined {
    if (++this.#checks > MAX_SIGNATURE_CHECKS) return 'signature check attempts limit reached while verifying certificate chain';
    if (INSECURE.has(child.parsed.signatureAlgorithm)) return 'cannot verify signature: insecure algorithm';
    return issuer.signed(child.x509) ? undefined : 'certificate signed by unknown authority';
  }

  #finish(chain: readonly CaCertificate[]): readonly CaCertificate[] | undefined {
    const wrong = chain.some(
      ({ parsed: { extendedKeyUsage: usages } }) => usages !== undefined && !usages.includes(CLIENT_AUTH) && !usages.includes(ANY_USAGE),
    );
    if (!wrong) return chain;
    this.lastProblem = 'certificate specifies an incompatible key usage';
    return undefined;
  }
}

function checkOwn(certificate: Certificate, nowMs: number): void {
  const problem = ownProblem(certificate, nowMs);
  if (problem) throw new CertificateError(certificate, problem);
}

function ownProblem(c: Certificate, nowMs: number): string | undefined {
  if (nowMs < c.notBeforeMs)
    return `certificate has expired or is not yet valid: current time ${new Date(nowMs).toISOString()} is before ${new Date(c.notBeforeMs).toISOString()}`;
  if (nowMs > c.notAfterMs)
    return `certificate has expired or is not yet valid: current time ${new Date(nowMs).toISOString()} is after ${new Date(c.notAfterMs).toISOString()}`;
  return c.unknownCritical.length > 0 ? `unhandled critical extension ${c.unknownCritical.join(', ')}` : undefined;
}

function issuerProblem(c: Certificate, chain: readonly CaCertificate[], nowMs: number): string | undefined {
  const own = ownProblem(c, nowMs);
  if (own) return own;
  if (c.isCa !== true || (c.keyUsage !== undefined && !(c.keyUsage & KEY_CERT_SIGN)))
    return 'certificate is not authorized to sign other certificates';
  if (c.maxPathLength !== undefined && chain.length - 1 > c.maxPathLength) return 'too many intermediates for path length constraint';
  // Name constraints are not evaluated: what they might restrict is refused.
  if (c.hasNameConstraints && chain.some((child) => child.parsed.hasAlternativeNames))
    return 'name constraints on a certificate authority are not supported';
  return undefined;
}

/** Requests and certificates for tests of this folder. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { ApiRequest } from '../request.ts';

/** A request with these headers; whatever else it needs is there too. */
export function requestWith(parts: Partial<ApiRequest>): ApiRequest {
  return {
    method: 'GET',
    path: '/api/v1/pods',
    query: new URLSearchParams(),
    headers: {},
    remoteAddress: '127.0.0.1',
    body: () => Promise.resolve(Buffer.alloc(0)),
    bodyStream: async function* () {},
    signal: new AbortController().signal,
    ...parts,
  };
}

export interface TestCertificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: import('@peculiar/x509').X509Certificate;
}

export interface CertificateWish {
  readonly subject: string;
  readonly issuer?: TestCertificate;
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly usages?: readonly string[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly extraExtensions?: readonly import('@peculiar/x509').Extension[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Makes a certificate with @peculiar/x509, which shares no code with what is tested. */
export async function makeCertificate(wish: CertificateWish): Promise<TestCertificate> {
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const extensions: import('@peculiar/x509').Extension[] = [...(wish.extraExtensions ?? [])];
  if (wish.ca) {
    extensions.push(
      new x509.BasicConstraintsExtension(true, wish.pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    );
  }
  const usages = wish.usages ?? (wish.ca ? undefined : [x509.ExtendedKeyUsage.clientAuth]);
  if (usages) extensions.push(new x509.ExtendedKeyUsageExtension([...usages]));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject: wish.subject,
    issuer: wish.issuer?.certificate.subject ?? wish.subject,
    notBefore: new Date(wish.notBeforeMs ?? Date.UTC(2025, 0, 1)),
    notAfter: new Date(wish.notAfterMs ?? Date.UTC(2027, 0, 1)),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: wish.issuer?.keys.privateKey ?? keys.privateKey,
    extensions,
  });
  return { der: Buffer.from(certificate.rawData), pem: certificate.toString('pem'), keys, certificate };
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from './plan.ts';

/**
 * What a PEM certificate says, checked against its CA and its key. Undefined when the certificate or the key is missing or cannot be
 * read as PEM: the caller issues a new one.
 */
export function readCertificate(
  certificate: string | undefined,
  key: string | undefined,
  ca: X509Certificate,
): CertificateFacts | undefined {
  if (!certificate || !key) return undefined;
  let x509: X509Certificate;
  let trusted: boolean;
  try {
    x509 = new X509Certificate(certificate);
    trusted = x509.checkIssued(ca) && x509.verify(ca.publicKey) && x509.checkPrivateKey(createPrivateKey(key));
  } catch {
    return undefined; // Not PEM: as good as no certificate.
  }
  return { ...readSubject(x509.subject), ...readAltNames(x509.subjectAltName ?? ''), notAfter: Date.parse(x509.validTo), trusted };
}

function readSubject(text: string): { commonName: string; organizations: string[] } {
  const lines = text.split('\n');
  const values = (prefix: string) => lines.filter((l) => l.startsWith(prefix)).map((l) => l.slice(prefix.length));
  return { commonName: values('CN=')[0] ?? '', organizations: values('O=') };
}

function readAltNames(text: string): { dnsNames: string[]; ipAddresses: string[] } {
  const names = text.split(', ');
  const values = (prefix: string) => names.filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));
  return { dnsNames: values('DNS:'), ipAddresses: values('IP Address:') };
}

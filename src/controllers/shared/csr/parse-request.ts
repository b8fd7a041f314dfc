import 'reflect-metadata';
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { PemConverter, Pkcs10CertificateRequest as Request, SubjectAlternativeNameExtension } from '@peculiar/x509';

/** What a certificate signing request asks for. */
export interface ParsedRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  readonly raw: Pkcs10CertificateRequest;
}

/** `request`: spec.request, base64 of PEM. Throws when it is no request. */
export function parseRequest(request: string): ParsedRequest {
  const pem = Buffer.from(request, 'base64').toString('latin1');
  if (!/-----BEGIN CERTIFICATE REQUEST-----/.test(pem)) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const raw = new Request(PemConverter.decodeFirst(pem));
  const names = raw.extensions.find((e) => e instanceof SubjectAlternativeNameExtension)?.names.items ?? [];
  const of = (type: string) => names.filter((n) => n.type === type).map((n) => n.value);
  return {
    commonName: raw.subjectName.getField('CN').at(-1) ?? '',
    organizations: raw.subjectName.getField('O'),
    dnsNames: of('dns'),
    ipAddresses: of('ip'),
    emails: of('email'),
    uris: of('url'),
    raw,
  };
}

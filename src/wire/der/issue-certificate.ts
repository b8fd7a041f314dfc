/** Builds and signs X.509 v3 certificates (RFC 5280) with ECDSA P-256 keys. Pure but for the signature, which is randomised by OpenSSL. */
import { createHash, sign, type KeyObject } from 'node:crypto';
import { parseIp } from '../../base/ip.ts';
import { der, type Der } from './write-der.ts';

export interface Subject {
  readonly commonName: string;
  /** Groups, for a client certificate. */
  readonly organizations?: readonly string[];
}

export interface CertificateRequest {
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  /** Big-endian, at most 20 bytes, not all zero. */
  readonly serial: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isCa?: boolean;
  readonly usages?: readonly ('client' | 'server')[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

export interface Issuer {
  readonly subject: Subject;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const;

/** The signed certificate as PEM. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = der.sequence(der.oid(OID.ecdsaWithSha256));
  const tbs = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(request.serial),
    algorithm,
    name(issuer.subject),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    name(request.subject),
    spki(request.publicKey),
    der.explicit(3, der.sequence(...extensions(request, issuer))),
  );
  return pem('CERTIFICATE', der.sequence(tbs, algorithm, der.bits(sign('sha256', tbs, issuer.privateKey))));
}

function name(subject: Subject): Der {
  const attribute = (oid: string, value: string) => der.sequence(der.oid(oid), der.utf8(value));
  const groups = (subject.organizations ?? []).map((o) => der.set(attribute(OID.organization, o)));
  return der.sequence(...groups, der.set(attribute(OID.commonName, subject.commonName)));
}

function extensions(request: CertificateRequest, issuer: Issuer): Der[] {
  const extension = (oid: string, critical: boolean, value: Der) =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octets(value));
  const out = [
    // A CA: digitalSignature, keyEncipherment, keyCertSign (bits 0, 2, 5). A leaf: digitalSignature, keyEncipherment.
    extension(OID.keyUsage, true, request.isCa ? der.bits(Uint8Array.of(0b10100100), 2) : der.bits(Uint8Array.of(0b10100000), 5)),
    extension(OID.basicConstraints, true, request.isCa ? der.sequence(der.boolean(true)) : der.sequence()),
    extension(OID.subjectKeyId, false, der.octets(keyId(request.publicKey))),
    extension(OID.authorityKeyId, false, der.sequence(der.implicit(0, keyId(issuer.publicKey)))),
  ];
  if (request.usages?.length) out.push(extension(OID.extKeyUsage, false, der.sequence(...request.usages.map((u) => der.oid(OID[u])))));
  const names = [
    ...(request.dnsNames ?? []).map((n) => der.implicit(2, Buffer.from(n, 'latin1'))),
    ...(request.ipAddresses ?? []).map((a) => der.implicit(7, ipBytes(a))),
  ];
  if (names.length) out.push(extension(OID.subjectAltName, false, der.sequence(...names)));
  return out;
}

function spki(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}

/** RFC 5280 4.2.1.2 (1), over the whole public key info: any stable digest will do. */
function keyId(key: KeyObject): Uint8Array {
  return createHash('sha1').update(spki(key)).digest();
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The 4 or 16 bytes of an address in text. */
function ipBytes(address: string): Uint8Array {
  const ip = parseIp(address);
  if (!ip) throw new Error(`Cannot issue a certificate for "${address}": it is no IP address`);
  return ip.bytes;
}

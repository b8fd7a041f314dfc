/** Signs requests as upstream's cluster signer does (pkg/controller/certificates/authority, permissive policy). */
import 'reflect-metadata';
import { createPrivateKey, webcrypto, type KeyObject } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Random } from '../../base/clock.ts';
import type { SigningCA } from '../controller.ts';
import type { ParsedRequest } from '../shared/csr/parse-request.ts';
import { EXTENDED_USAGES, KEY_USAGES } from './key-usages.ts';

/** Clocks of others may be behind. */
const BACKDATE_MS = 5 * 60_000;
/** Certificates of a shorter life keep all of it in spite of the backdating. */
const SHORT_MS = 8 * 3_600_000;

export interface SignOptions {
  readonly usages: readonly string[];
  readonly lifetimeMs: number;
  readonly now: number;
}

export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #privateKey: Promise<webcrypto.CryptoKey>;
  readonly #algorithm: webcrypto.EcdsaParams | webcrypto.Algorithm;
  readonly #random: Random;

  /** Throws when certificate or key cannot be read. */
  constructor(ca: SigningCA, random: Random) {
    cryptoProvider.set(webcrypto);
    this.#certificate = new X509Certificate(ca.certificate);
    const key = createPrivateKey(ca.privateKey);
    const { importAs, signWith } = algorithms(key);
    const der = key.export({ type: 'pkcs8', format: 'der' });
    this.#privateKey = webcrypto.subtle.importKey('pkcs8', der, importAs, false, ['sign']);
    this.#algorithm = signWith;
    this.#random = random;
  }

  /** PEM of the certificate. Rejects when the request's signature is wrong, a usage is unknown or the authority has expired. */
  async sign(request: ParsedRequest, { usages, lifetimeMs, now }: SignOptions): Promise<string> {
    const { raw } = request;
    if (!(await raw.verify())) throw new Error('unable to verify certificate request signature');
    const last = this.#certificate.notAfter.getTime();
    if (now >= last)
      throw new Error(`refusing to sign a certificate that expired in the past: NotAfter=${this.#certificate.notAfter.toISOString()}`);
    const end = now + lifetimeMs - (lifetimeMs < SHORT_MS ? 0 : BACKDATE_MS);
    const names = raw.extensions.find((e) => e instanceof SubjectAlternativeNameExtension);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: Buffer.from(this.#serial()).toString('hex'),
      subject: raw.subjectName,
      issuer: this.#certificate.subjectName,
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(Math.min(end, last)),
      publicKey: raw.publicKey,
      signingKey: await this.#privateKey,
      signingAlgorithm: this.#algorithm,
      extensions: [
        ...usageExtensions(usages),
        new BasicConstraintsExtension(false, undefined, true),
        await this.#authorityKey(),
        ...(names ? [names] : []),
      ],
    });
    return `${certificate.toString('pem')}\n`;
  }

  #serial(): Uint8Array {
    const bytes = Uint8Array.from(this.#random.bytes(16));
    bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
    return bytes;
  }

  #authorityKey(): Promise<Extension> {
    return AuthorityKeyIdentifierExtension.create(this.#certificate, false);
  }
}

function algorithms(key: KeyObject): {
  importAs: webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm;
  signWith: webcrypto.EcdsaParams | webcrypto.Algorithm;
} {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return { importAs: rsa, signWith: rsa };
  }
  if (type === 'ed25519') return { importAs: { name: 'Ed25519' }, signWith: { name: 'Ed25519' } };
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[details?.namedCurve ?? ''];
  if (type !== 'ec' || curve === undefined) throw new Error(`Cannot sign certificates: a ${type ?? 'symmetric'} key is not supported`);
  const hash = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' }[curve] ?? 'SHA-256';
  return { importAs: { name: 'ECDSA', namedCurve: curve }, signWith: { name: 'ECDSA', hash } };
}

function usageExtensions(usages: readonly string[]): Extension[] {
  const unknown = usages.filter((u) => !(u in KEY_USAGES) && !(u in EXTENDED_USAGES));
  if (unknown.length > 0) throw new Error(`unrecognized usage values: [${unknown.map((u) => JSON.stringify(u)).join(' ')}]`);
  const flags = usages.reduce((all, u) => all | (KEY_USAGES[u] ?? 0), 0);
  const extended = usages.flatMap((u) => EXTENDED_USAGES[u] ?? []);
  return [
    ...(flags ? [new KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new ExtendedKeyUsageExtension(extended)] : []),
  ];
}

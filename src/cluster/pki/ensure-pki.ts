/** Makes and keeps the cluster's certificates and keys in one directory. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Random } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { issueCertificate, type Issuer } from '../../wire/der/issue-certificate.ts';
import {
  BACKDATE_MS,
  CA_LIFETIME_MS,
  certificateSpecs,
  LEAF_LIFETIME_MS,
  reissueReason,
  type CaName,
  type CertificateSpec,
  type PkiOptions,
} from './plan.ts';
import { readCertificate } from './read-certificate.ts';

export interface PkiContext {
  /** Where the files are: `<dir>/<name>.crt` and `.key`; `sa.key` and `sa.pub`. */
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PkiResult {
  /** What was made in this call, with the reason: `apiserver (near its end)`. Empty when all was in order. */
  readonly issued: readonly string[];
}

interface Ca extends Issuer {
  readonly certificate: X509Certificate;
}

const CA_COMMON_NAMES: Record<CaName, string> = { ca: 'kubernetes', 'front-proxy-ca': 'front-proxy-ca' };

/**
 * Makes what is missing and renews what is near its end; touches nothing else, so calling it again is cheap. Files get mode 0600
 * (certificates 0644). Throws when a CA's files are damaged: a new CA would cut off every client, and that is not ours to decide.
 */
export function ensurePki(context: PkiContext, options: PkiOptions): PkiResult {
  const issued: string[] = [];
  const cas: Record<CaName, Ca> = { ca: ensureCa(context, 'ca', issued), 'front-proxy-ca': ensureCa(context, 'front-proxy-ca', issued) };
  ensureServiceAccountKey(context, issued);
  for (const spec of certificateSpecs(options)) ensureLeaf(context, spec, cas[spec.ca], issued);
  return { issued };
}

function ensureCa(context: PkiContext, name: CaName, issued: string[]): Ca {
  const path = join(context.dir, name);
  const [certificate, key] = [readTextIfExists(`${path}.crt`), readTextIfExists(`${path}.key`)];
  if ((certificate === undefined) !== (key === undefined))
    throw new Error(
      `Cannot use the certificate authority ${path}: ${certificate === undefined ? '.crt' : '.key'} is missing. Restore it, or remove the cluster with "wherry reset"`,
    );
  if (certificate !== undefined && key !== undefined) return readCa(path, certificate, key);
  const subject = { commonName: CA_COMMON_NAMES[name] };
  const pair = newKeyPair();
  const pem = issueCertificate(
    { subject, publicKey: pair.publicKey, isCa: true, ...newSerialAndLife(context, CA_LIFETIME_MS) },
    { subject, ...pair },
  );
  writePair(path, pem, pair.privateKey);
  issued.push(`${name} (new)`);
  return { subject, ...pair, certificate: new X509Certificate(pem) };
}

function readCa(path: string, certificate: string, key: string): Ca {
  try {
    const x509 = new X509Certificate(certificate);
    const privateKey = createPrivateKey(key);
    if (!x509.checkPrivateKey(privateKey)) throw new Error("the key is not the certificate's");
    const commonName = /^CN=(.*)$/m.exec(x509.subject)?.[1] ?? '';
    return { subject: { commonName }, privateKey, publicKey: x509.publicKey, certificate: x509 };
  } catch (error) {
    throw new Error(
      `Cannot use the certificate authority ${path}: ${errorMessage(error)}. Restore it, or remove the cluster with "wherry reset"`,
      { cause: error },
    );
  }
}

function ensureLeaf(context: PkiContext, spec: CertificateSpec, ca: Ca, issued: string[]): void {
  const path = join(context.dir, spec.name);
  const facts = readCertificate(readTextIfExists(`${path}.crt`), readTextIfExists(`${path}.key`), ca.certificate);
  const reason = reissueReason(spec, facts, context.clock.now());
  if (reason === undefined) return;
  const pair = newKeyPair();
  const pem = issueCertificate(
    {
      subject: { commonName: spec.commonName, organizations: spec.organizations },
      publicKey: pair.publicKey,
      usages: spec.usages,
      dnsNames: spec.dnsNames,
      ipAddresses: spec.ipAddresses,
      ...newSerialAndLife(context, LEAF_LIFETIME_MS),
    },
    ca,
  );
  writePair(path, pem, pair.privateKey);
  issued.push(`${spec.name} (${reason})`);
}

/** Signs service account tokens (ES256). Lost, it makes every issued token invalid, so half a pair is an error, not a reason for a new one. */
function ensureServiceAccountKey(context: PkiContext, issued: string[]): void {
  const path = join(context.dir, 'sa');
  const key = readTextIfExists(`${path}.key`);
  if (key === undefined) {
    const pair = newKeyPair();
    writeFileAtomic(`${path}.key`, privatePem(pair.privateKey));
    writeFileAtomic(`${path}.pub`, publicPem(pair.publicKey), 0o644);
    issued.push('sa (new)');
  } else if (readTextIfExists(`${path}.pub`) === undefined) {
    writeFileAtomic(`${path}.pub`, publicPem(createPublicKey(key)), 0o644);
    issued.push('sa (public key missing)');
  }
}

export function newKeyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

export function newSerialAndLife(
  context: Pick<PkiContext, 'clock' | 'random'>,
  lifetimeMs: number,
): { serial: Uint8Array; notBefore: number; notAfter: number } {
  const now = context.clock.now();
  const serial = context.random.bytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return { serial, notBefore: now - BACKDATE_MS, notAfter: now + lifetimeMs };
}

export function writePair(path: string, certificate: string, key: KeyObject): void {
  writeFileAtomic(`${path}.key`, privatePem(key));
  writeFileAtomic(`${path}.crt`, certificate, 0o644);
}

const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

/** The keys and certificates of one in-test cluster, in memory. */
import { generateKeyPairSync } from 'node:crypto';
import type { Clock, Random } from '../../base/clock.ts';
import { issueCertificate } from '../../wire/der/issue-certificate.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Clocks of others may be behind. */
const BACKDATE_MS = 3600 * 1000;
const SERIAL_BYTES = 16;

export interface KeyPair {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly usage: 'client' | 'server';
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

export interface TestPki {
  readonly ca: KeyPair;
  issue(leaf: LeafOptions): KeyPair;
}

export function makeTestPki(clock: Clock, random: Random): TestPki {
  const validity = () => ({ notBefore: clock.now() - BACKDATE_MS, notAfter: clock.now() + 365 * DAY_MS });
  const serial = () => Uint8Array.of(1, ...random.bytes(SERIAL_BYTES));
  const subject = { commonName: 'kubernetes' };
  const caKeys = newKeys();
  const issuer = { subject, ...caKeys };
  const certificate = issueCertificate({ subject, publicKey: caKeys.publicKey, serial: serial(), ...validity(), isCa: true }, issuer);
  return {
    ca: { certificate, key: toPem(caKeys.privateKey) },
    issue({ commonName, organizations = [], usage, dnsNames = [], ipAddresses = [] }) {
      const keys = newKeys();
      const request = { subject: { commonName, organizations }, publicKey: keys.publicKey, serial: serial(), ...validity(), usages: [usage], dnsNames, ipAddresses };
      return { certificate: issueCertificate(request, issuer), key: toPem(keys.privateKey) };
    },
  };
}

/** A private key as PEM, for signing tokens. */
export function newPrivateKey(): string {
  return toPem(newKeys().privateKey);
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function toPem(key: ReturnType<typeof newKeys>['privateKey']): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

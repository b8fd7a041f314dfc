import type { Clock, Random } from '../../base/clock.ts';
import { issueCertificate } from '../../wire/der/issue-certificate.ts';
import { newKeyPair, newSerialAndLife, writePair } from './ensure-pki.ts';
import { LEAF_LIFETIME_MS } from './plan.ts';

/** Makes `<path>.crt` and `<path>.key`: a serving certificate signed by itself, as a kubelet without one makes it. */
export function ensureSelfSigned(path: string, name: string, addresses: readonly string[], clock: Clock, random: Random): void {
  const pair = newKeyPair();
  const subject = { commonName: `${name}@${Math.floor(clock.now() / 1000)}` };
  const request = { subject, publicKey: pair.publicKey, usages: ['server'] as const, dnsNames: [name], ipAddresses: addresses };
  const certificate = issueCertificate({ ...request, ...newSerialAndLife({ clock, random }, LEAF_LIFETIME_MS) }, { subject, ...pair });
  writePair(path, certificate, pair.privateKey);
}

import 'reflect-metadata';
import assert from 'node:assert/strict';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Random } from '../../base/clock.ts';
import { NOW } from '../shared/test-objects.ts';
import { parseRequest } from '../shared/csr/parse-request.ts';
import { CertificateAuthority } from './certificate-authority.ts';

const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) } as unknown as Random;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
const HOUR = 3_600_000;
cryptoProvider.set(webcrypto);

const keys = (algorithm: typeof EC | typeof RSA) => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function authority(algorithm: typeof EC | typeof RSA, notAfter = NOW + 1000 * HOUR) {
  const pair = await keys(algorithm);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=kubernetes',
    notBefore: new Date(NOW - HOUR),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    keys: pair,
    extensions: [new BasicConstraintsExtension(true, undefined, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64');
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  const pem = certificate.toString('pem');
  return { signer: new CertificateAuthority({ certificate: pem, privateKey }, random), ca: new X509Certificate(pem) };
}

async function request(extensions: Extension[] = []) {
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: 'O=system:nodes, CN=system:node:n1',
    keys: await keys(EC),
    signingAlgorithm: EC,
    extensions,
  });
  return parseRequest(Buffer.from(csr.toString('pem')).toString('base64'));
}

for (const algorithm of [EC, RSA]) {
  test(`a certificate signed with ${algorithm.name} is valid and says what was asked for`, async () => {
    const { signer, ca } = await authority(algorithm);
    const names = new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'n1.example.com' },
      { type: 'ip', value: '10.0.0.7' },
    ]);
    const pem = await signer.sign(await request([names]), {
      usages: ['digital signature', 'server auth'],
      lifetimeMs: 24 * HOUR,
      now: NOW,
    });
    const made = new X509Certificate(pem);
    assert.equal(made.verify(ca.publicKey) && made.checkIssued(ca), true);
    assert.match(made.subject, /O=system:nodes/);
    assert.match(made.subject, /CN=system:node:n1/);
    assert.equal(made.subjectAltName, 'DNS:n1.example.com, IP Address:10.0.0.7');
    assert.deepEqual(made.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.equal(made.ca, false);
    assert.equal(Date.parse(made.validFrom), NOW - 5 * 60_000);
    assert.equal(Date.parse(made.validTo), NOW + 24 * HOUR - 5 * 60_000);
  });
}

test('short lives are not shortened, none outlives the authority', async () => {
  const { signer } = await authority(EC, NOW + 10 * HOUR);
  const until = async (lifetimeMs: number) =>
    Date.parse(new X509Certificate(await signer.sign(await request(), { usages: ['client auth'], lifetimeMs, now: NOW })).validTo) - NOW;
  assert.equal(await until(HOUR), HOUR);
  assert.equal(await until(100 * HOUR), 10 * HOUR);
});

test('an unknown usage and an expired authority are refused', async () => {
  const { signer } = await authority(EC, NOW + HOUR);
  const sign = async (usages: string[], now: number) => signer.sign(await request(), { usages, lifetimeMs: HOUR, now });
  await assert.rejects(sign(['fly'], NOW), /unrecognized usage values: \["fly"\]/);
  await assert.rejects(sign(['client auth'], NOW + 2 * HOUR), /refusing to sign a certificate that expired in the past/);
});

test('a request is read', async () => {
  const { commonName, organizations } = await request();
  assert.deepEqual([commonName, organizations], ['system:node:n1', ['system:nodes']]);
  assert.throws(() => parseRequest(Buffer.from('nonsense').toString('base64')), /PEM block type must be CERTIFICATE REQUEST/);
});

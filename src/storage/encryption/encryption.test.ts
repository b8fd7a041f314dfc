import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../base/fake-clock.ts';
import { memoryStorage } from '../drivers/memory/memory-storage.ts';
import { storageSuite } from '../storage-suite.ts';
import { aesCbc, aesGcm } from './aes.ts';
import { encryptedStorage } from './encrypted-storage.ts';
import { EncryptionConfigError, parseEncryptionConfig } from './encryption-config.ts';
import { seal, secretbox, unseal } from './secretbox.ts';
import { identityTransformer } from './transformer.ts';

const random = new SeededRandom(5);
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const key = (size: number, fill: number) => Buffer.alloc(size, fill);
const SECRETS = { group: '', resource: 'secrets' };

storageSuite('encrypted', () => encryptedStorage(memoryStorage(), () => aesGcm(key(32, 1), random)));

test('secretbox agrees with NaCl', () => {
  // The vector of NaCl's own test, secretbox.c.
  const secret = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
  const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
  const message =
    hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31
    0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705`);
  const box =
    hex(`f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972
    71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3
    7973f622a43d14a6599b1f654cb45a74e355a5`);
  assert.deepEqual(Buffer.from(seal(message, nonce, secret)), box);
  assert.deepEqual(Buffer.from(unseal(box, nonce, secret)), message);
  for (let size = 0; size < 100; size++) {
    const text = Buffer.from(random.bytes(size));
    assert.deepEqual(Buffer.from(unseal(seal(text, nonce, secret), nonce, secret)), text);
  }
});

test('every provider reads what it wrote, and notices damage; authenticated ones notice a move to another key', () => {
  for (const [name, transformer, bound] of [
    ['gcm 16', aesGcm(key(16, 1), random), true],
    ['gcm 32', aesGcm(key(32, 1), random), true],
    ['cbc 24', aesCbc(key(24, 1), random), false],
    ['cbc 32', aesCbc(key(32, 1), random), false],
    ['secretbox', secretbox(key(32, 1), random), false],
  ] as const) {
    for (const size of [0, 1, 15, 16, 17, 1000]) {
      const value = Buffer.from(random.bytes(size));
      const stored = transformer.toStorage(value, '/a');
      assert.deepEqual(Buffer.from(transformer.fromStorage(stored, '/a').value), value, `${name}, ${size} bytes`);
      assert.notDeepEqual(Buffer.from(transformer.toStorage(value, '/a')), Buffer.from(stored), 'never the same twice');
      if (bound) assert.throws(() => transformer.fromStorage(stored, '/b'), /authentication failed/);
    }
    if (name.startsWith('cbc')) continue;
    const damaged = Buffer.from(transformer.toStorage(Buffer.from('value'), '/a'));
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    assert.throws(() => transformer.fromStorage(damaged, '/a'), /authentication failed/);
    assert.throws(() => transformer.fromStorage(Buffer.alloc(5), '/a'), /shorter/);
  }
});

const config = (providers: string, resources = '[secrets]') =>
  `{"apiVersion":"apiserver.config.k8s.io/v1","kind":"EncryptionConfiguration","resources":[{"resources":${resources.replaceAll(/[\w.*]+/g, '"$&"')},"providers":[${providers}]}]}`;
const aescbc = (name: string, fill: number) => `{"aescbc":{"keys":[{"name":"${name}","secret":"${key(32, fill).toString('base64')}"}]}}`;

test('keys rotate: old values stay readable and are stale; plain ones too while identity is listed', () => {
  const first = parseEncryptionConfig(config(aescbc('k1', 1)), random)(SECRETS);
  const rotated = parseEncryptionConfig(config(`${aescbc('k2', 2)},${aescbc('k1', 1)},{"identity":{}}`), random)(SECRETS);
  const value = Buffer.from('{"kind":"Secret"}');
  const old = first.toStorage(value, '/s');
  assert.equal(Buffer.from(old).toString('latin1', 0, 21), 'k8s:enc:aescbc:v1:k1:');
  assert.deepEqual(rotated.fromStorage(old, '/s'), { value, stale: true });
  assert.deepEqual(rotated.fromStorage(value, '/s'), { value, stale: true });
  assert.deepEqual(rotated.fromStorage(rotated.toStorage(value, '/s'), '/s'), { value, stale: false });
  assert.throws(
    () => first.fromStorage(rotated.toStorage(value, '/s'), '/s'),
    /no matching key was found for the provided AESCBC transformer/,
  );
  assert.throws(() => first.fromStorage(value, '/s'), /no matching prefix found/);
  assert.throws(() => identityTransformer.fromStorage(old, '/s'), /identity transformer tried to read encrypted data/);
});

test('rules name resources, groups or everything; what is not named is plain', () => {
  const secretsOnly = parseEncryptionConfig(config(aescbc('k', 1)), random);
  assert.equal(secretsOnly({ group: '', resource: 'configmaps' }), identityTransformer);
  assert.notEqual(secretsOnly(SECRETS), identityTransformer);
  const groups = parseEncryptionConfig(config(aescbc('k', 1), '[*.apps, secrets]'), random);
  assert.notEqual(groups({ group: 'apps', resource: 'deployments' }), identityTransformer);
  assert.equal(groups({ group: 'batch', resource: 'jobs' }), identityTransformer);
  assert.notEqual(parseEncryptionConfig(config(aescbc('k', 1), '[*.*]'), random)({ group: 'x', resource: 'y' }), identityTransformer);
});

test('a configuration that is wrong says where, and never shows a secret', () => {
  for (const [text, message] of [
    ['kind: Pod', /got unexpected config type/],
    ['a: [', /error decoding/],
    [config(''), /resources\[0\].providers: Required value/],
    [config('{"kms":{}}'), /KMS plugins are not supported/],
    [config('{}'), /does not contain any of the expected providers/],
    [config('{"identity":{},"aesgcm":{"keys":[]}}'), /more than one provider/],
    [config('{"aesgcm":{"keys":[]}}'), /aesgcm.keys: Required value/],
    [
      config('{"aesgcm":{"keys":[{"name":"k","secret":"c2hvcnQ="}]}}'),
      /keys\[0\].secret: Invalid value: "REDACTED": secret is not of the expected length, got 5, expected one of \[16 24 32\]/,
    ],
    [config('{"secretbox":{"keys":[{"name":"k","secret":"%%%"}]}}'), /must be base64 encoded/],
    [config('{"identity":{}}', '[secrets, *.]'), /overlapping resources/],
    [config('{"identity":{}}', '[secrets, secrets]'), /multiple times/],
    [config('{"identity":{}}', '[Secrets]'), /capital letters/],
    [config('{"identity":{}}', '[*]'), /use '\*\.'/],
    [config('{"identity":{}}', '[events.events.k8s.io]'), /Use 'events' instead/],
  ] as const) {
    assert.throws(
      () => parseEncryptionConfig(text, random),
      (error) => error instanceof EncryptionConfigError && message.test(error.message),
      text,
    );
  }
});

test('a value that cannot be read ends the watch with the error', async () => {
  const inner = memoryStorage();
  const storage = encryptedStorage(inner, () => aesGcm(key(32, 1), random));
  const errors: Error[] = [];
  storage.watch('/', 1, { onEvents: () => {}, onError: (error) => void errors.push(error) });
  await inner.create('/s', Buffer.from('not encrypted, and long enough to be'));
  assert.match(errors[0]?.message ?? '', /authentication failed/);
  await assert.rejects(storage.get('/s'), /authentication failed/);
  await storage.close();
});

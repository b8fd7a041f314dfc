import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.ts';
import { parseCertificate } from '../../../wire/der/certificate.ts';
import { RequestHeaderAuthenticator } from '../request-header.ts';
import { makeCertificate, requestWith, type CertificateWish } from '../testing.ts';
import { CaPool } from './ca-pool.ts';
import { X509Authenticator } from './x509-authenticator.ts';

const clock = new FakeClock();
const root = await makeCertificate({ subject: 'CN=root', ca: true });
const middle = await makeCertificate({ subject: 'CN=middle', ca: true, pathLength: 0, issuer: root });
const foreign = await makeCertificate({ subject: 'CN=root', ca: true });
const authenticator = new X509Authenticator(new CaPool(root.pem), clock);
const ask = (...chain: Buffer[]) => authenticator.authenticateRequest(requestWith({ clientCertificates: chain }));
const client = (wish: Partial<CertificateWish>) => makeCertificate({ subject: 'CN=alice', issuer: root, ...wish });

test('the common name is the user, organisations are groups, the UID has its own attribute', async () => {
  const leaf = await client({ subject: 'CN=system:node:n1, O=system:nodes, O=admins\\, and more, 1.3.6.1.4.1.57683.2=uid-1' });
  assert.deepEqual(await ask(leaf.der), {
    user: {
      name: 'system:node:n1',
      uid: 'uid-1',
      groups: ['system:nodes', 'admins, and more'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${createHash('sha256').update(leaf.der).digest('hex')}`] },
    },
  });
  assert.equal((await ask((await client({ subject: 'CN=Zoë 🐟' })).der))?.user.name, 'Zoë 🐟');
});

test('nobody: no certificate, or one without a common name', async () => {
  assert.equal(await authenticator.authenticateRequest(requestWith({})), undefined);
  assert.equal(await ask((await client({ subject: 'O=system:masters' })).der), undefined);
});

test('an intermediate is used when it is presented', async () => {
  const leaf = await client({ issuer: middle });
  assert.equal((await ask(leaf.der, middle.der))?.user.name, 'alice');
  await assert.rejects(ask(leaf.der), /signed by unknown authority/);
});

test('refused certificates', async () => {
  const noCa = await client({ subject: 'CN=bob' });
  const deep = await makeCertificate({ subject: 'CN=deep', ca: true, issuer: middle });
  const x509 = await import('@peculiar/x509');
  const strange = new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]));
  const serverOnly = await makeCertificate({ subject: 'CN=server-ca', ca: true, issuer: root, usages: ['1.3.6.1.5.5.7.3.1'] });
  const table: [string, Promise<{ der: Buffer }>, Buffer[], RegExp][] = [
    [
      'of another authority with the same name',
      client({ subject: 'CN=alice, O=system:masters', issuer: foreign }),
      [foreign.der],
      /unknown authority/,
    ],
    ['signed by itself', makeCertificate({ subject: 'CN=alice, O=system:masters' }), [], /unknown authority/],
    ['expired', client({ notAfterMs: Date.UTC(2025, 11, 31) }), [], /expired/],
    ['not yet valid', client({ notBeforeMs: Date.UTC(2026, 1, 1) }), [], /not yet valid/],
    ['for servers', client({ usages: ['1.3.6.1.5.5.7.3.1'] }), [], /incompatible key usage/],
    ['of an authority for servers only', client({ issuer: serverOnly }), [serverOnly.der], /incompatible key usage/],
    ['signed by a client', client({ issuer: noCa }), [noCa.der], /not authorized to sign/],
    ['too far from the root', client({ issuer: deep }), [deep.der, middle.der], /too many intermediates/],
    ['with a critical extension nobody knows', client({ extraExtensions: [strange] }), [], /unhandled critical extension 1\.2\.3\.4/],
    ['with two UIDs', client({ subject: 'CN=a, 1.3.6.1.4.1.57683.2=x, 1.3.6.1.4.1.57683.2=y' }), [], /multiple/],
  ];
  for (const [what, leaf, rest, reason] of table) await assert.rejects(ask((await leaf).der, ...rest), reason, what);
  const good = await client({});
  const broken = Buffer.from(good.der);
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  await assert.rejects(ask(broken));
  for (const cut of [0, 1, 2, 5, 40, good.der.length - 1]) await assert.rejects(ask(good.der.subarray(0, cut)), `cut at ${cut}`);
});

test('a certificate is refused as soon as it has expired, and when its authority is withdrawn', async () => {
  const time = new FakeClock();
  const pool = new CaPool(root.pem);
  const own = new X509Authenticator(pool, time);
  const leaf = await client({ notAfterMs: Date.UTC(2026, 0, 1, 1) });
  const request = requestWith({ clientCertificates: [leaf.der] });
  const first = await own.authenticateRequest(request);
  assert.equal(await own.authenticateRequest(request), first);
  await time.advance(3_600_001);
  await assert.rejects(own.authenticateRequest(request), /expired/);
  const other = requestWith({ clientCertificates: [(await client({})).der] });
  await own.authenticateRequest(other);
  pool.replace(foreign.pem);
  await assert.rejects(own.authenticateRequest(other), /unknown authority/);
  assert.throws(() => pool.replace('rubbish'), /no PEM certificate/);
});

test('certificates read as OpenSSL reads them', async () => {
  const { X509Certificate } = await import('node:crypto');
  for (const made of [root, middle, await client({})]) {
    const ours = parseCertificate(made.der);
    const theirs = new X509Certificate(made.der);
    assert.equal(ours.isCa ?? false, theirs.ca);
    assert.equal(ours.notAfterMs, theirs.validToDate.getTime());
    assert.deepEqual(ours.extendedKeyUsage, theirs.keyUsage);
  }
});

test('a front proxy says who asks, when its own certificate is good', async () => {
  const options = {
    pool: new CaPool(root.pem),
    allowedNames: ['front-proxy-client'],
    clock,
    usernameHeaders: ['X-Remote-User', 'X-Other-User'],
    uidHeaders: ['X-Remote-Uid'],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  };
  const proxy = await client({ subject: 'CN=front-proxy-client' });
  const headers = {
    'x-remote-user': 'alice',
    'x-remote-uid': 'u1',
    'x-remote-group': ['a, b', 'c'],
    'x-remote-extra-example.com%2fscopes': ['x', 'y'],
    'x-remote-extra-__proto__': 'z',
  };
  const over = (certificate: Buffer, sent: Record<string, string | string[]>) =>
    new RequestHeaderAuthenticator(options).authenticateRequest(requestWith({ headers: sent, clientCertificates: [certificate] }));
  const found = await over(proxy.der, headers);
  assert.deepEqual(found?.user.groups, ['a, b', 'c']);
  assert.deepEqual(Object.entries(found?.user.extra ?? {}), [
    ['example.com/scopes', ['x', 'y']],
    ['__proto__', ['z']],
  ]);
  assert.equal(found?.user.uid, 'u1');
  assert.equal((await over(proxy.der, { 'x-other-user': 'bob' }))?.user.name, 'bob');
  assert.equal(await over(proxy.der, {}), undefined);
  await assert.rejects(over((await client({ subject: 'CN=other' })).der, headers), /not in the allowed list/);
  await assert.rejects(over((await client({ subject: 'CN=front-proxy-client', issuer: foreign })).der, headers), /unknown authority/);
  assert.equal(await new RequestHeaderAuthenticator(options).authenticateRequest(requestWith({ headers })), undefined);
});

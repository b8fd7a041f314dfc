import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { silentLogger } from '../../../base/log.ts';
import { systemClock } from '../../../host/clock.ts';
import { Outbound } from '../../../host/outbound.ts';
import { makeCertificate } from '../testing.ts';
import type { ClaimMappings, JwtConfig } from './configuration.ts';
import { parseAuthenticationConfiguration } from './configuration-file.ts';
import { JwtAuthenticator } from './jwt-authenticator.ts';
import { oidcIssuer } from './oidc-flags.ts';
import { RemoteKeys } from './remote-keys.ts';
import { userReader } from './user-from-claims.ts';
import { SIGNING_ALGORITHMS, type Jwk } from './verify-signature.ts';

const ISSUER = 'https://issuer.example.com';
const NOW_S = Date.UTC(2026, 0, 1) / 1000;
const clock = { ...systemClock, now: () => NOW_S * 1000 };

interface Pair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function pair(alg: string, kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

const token = (key: Pair, alg: string, claims: JWTPayload = {}, kid = key.jwk.kid): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: 'me', sub: 'bob', exp: NOW_S + 60, ...claims })
    .setProtectedHeader({ alg, ...(kid && { kid }) })
    .sign(key.privateKey);

const config = (parts: Partial<JwtConfig> = {}): JwtConfig => ({
  issuer: { url: ISSUER, audiences: ['me'] },
  claimMappings: { username: { claim: 'sub', prefix: '' } },
  ...parts,
});

function authenticator(keys: readonly JWK[], parts: Partial<JwtConfig> = {}, algorithms: readonly string[] = SIGNING_ALGORITHMS) {
  const known = { isReady: true, keys: keys as Jwk[], refresh: async () => {} };
  return new JwtAuthenticator({ config: config(parts), algorithms, keys: known, clock, apiAudiences: ['api'] });
}

test('tokens of every algorithm are taken, as long as key and token agree', async () => {
  const pairs = new Map(await Promise.all(SIGNING_ALGORITHMS.map(async (alg) => [alg, await pair(alg, alg)] as const)));
  const all = authenticator([...pairs.values()].map((p) => p.jwk));
  for (const [alg, key] of pairs) {
    const good = await token(key, alg);
    assert.deepEqual(await all.authenticateToken(good, ['api']), { user: { name: 'bob', groups: [] }, audiences: ['api'] }, alg);
    assert.equal(await all.authenticateToken(good, ['other']), undefined, 'for another audience');
    await assert.rejects(all.authenticateToken(`${good.slice(0, -4)}AAAA`, []), /failed to verify/);
    const only = authenticator([key.jwk], {}, [alg === 'RS256' ? 'ES256' : 'RS256']);
    await assert.rejects(only.authenticateToken(good, []), /unsupported algorithm/);
  }
  const rsa = pairs.get('RS256') as Pair;
  await assert.rejects(authenticator([{ ...rsa.jwk, use: 'enc' }]).authenticateToken(await token(rsa, 'RS256'), []), /failed to verify/);
  await assert.rejects(all.authenticateToken(await token(rsa, 'RS256', {}, 'nobody'), []), /failed to verify/);
  assert.ok(await all.authenticateToken(await token({ ...rsa, jwk: {} }, 'RS256'), []), 'without a key id each key is tried');
});

test('forged, expired and foreign tokens are refused', async () => {
  const key = await pair('ES256', 'k');
  const auth = authenticator([key.jwk]);
  const none = new UnsecuredJWT({ sub: 'bob' })
    .setIssuer(ISSUER)
    .setAudience('me')
    .setExpirationTime(NOW_S + 60)
    .encode();
  assert.equal(await auth.authenticateToken(none, []), undefined, 'no signature, no token');
  const hmac = await new SignJWT({ sub: 'bob' })
    .setIssuer(ISSUER)
    .setAudience('me')
    .setExpirationTime(NOW_S + 60)
    .setProtectedHeader({ alg: 'HS256', kid: 'k' })
    .sign(Buffer.from(JSON.stringify(key.jwk)));
  await assert.rejects(auth.authenticateToken(hmac, []), /unsupported algorithm/);
  const table: [JWTPayload, RegExp | undefined][] = [
    [{ iss: 'https://other.example.com' }, undefined],
    [{ aud: 'you' }, /expected audience "me" got \["you"\]/],
    [{ aud: ['you', 'me'] }, undefined],
    [{ exp: NOW_S - 1 }, /token is expired \(Token Expiry: 2025-12-31 23:59:59 \+0000 UTC\)/],
    [{ nbf: NOW_S + 301 }, /before the nbf/],
    [{ nbf: NOW_S + 299 }, undefined],
  ];
  for (const [claims, message] of table) {
    const asked = auth.authenticateToken(await token(key, 'ES256', claims), []);
    if (message) await assert.rejects(asked, message);
    else assert.equal((await asked) !== undefined, claims.iss === undefined, JSON.stringify(claims));
  }
  const endless = await new SignJWT({ iss: ISSUER, aud: 'me', sub: 'bob' }).setProtectedHeader({ alg: 'ES256' }).sign(key.privateKey);
  await assert.rejects(auth.authenticateToken(endless, []), /token is expired/);
});

test('claims become a user', () => {
  const claims = {
    sub: 'bob',
    email: 'b@x',
    email_verified: true,
    groups: ['g1', 'g2'],
    role: 'admin',
    jti: 'j',
    'a.b': { c: ['x', '', 'y'] },
    level: 3,
    uid: 'u',
  };
  const username = { claim: 'sub', prefix: '' };
  const read = (mappings: Partial<ClaimMappings>, more: Partial<JwtConfig> = {}, change: object = {}) =>
    userReader(config({ claimMappings: { username, ...mappings }, ...more }))({ ...claims, ...change });
  const extra = { 'authentication.kubernetes.io/credential-id': ['JTI=j'] };
  const table: [Partial<ClaimMappings>, object][] = [
    [{}, { name: 'bob', groups: [], extra }],
    [{ username: { claim: 'sub', prefix: 'oidc:' } }, { name: 'oidc:bob', groups: [], extra }],
    [{ username: { claim: 'email', prefix: '' } }, { name: 'b@x', groups: [], extra }],
    [{ groups: { claim: 'groups', prefix: 'p:' } }, { name: 'bob', groups: ['p:g1', 'p:g2'], extra }],
    [{ groups: { claim: 'role', prefix: '' } }, { name: 'bob', groups: ['admin'], extra }],
    [{ groups: { claim: 'missing', prefix: '' } }, { name: 'bob', groups: [], extra }],
    [{ uid: { claim: 'uid' } }, { name: 'bob', uid: 'u', groups: [], extra }],
    [
      {
        username: { expression: 'claims.sub + "@corp"' },
        groups: { expression: 'claims.a__dot__b.c' },
        uid: { expression: '"id:" + claims.uid' },
      },
      { name: 'bob@corp', uid: 'id:u', groups: ['x', 'y'], extra },
    ],
    [{ groups: { expression: 'claims.?nothing.orValue("")' } }, { name: 'bob', groups: [], extra }],
    [
      {
        extra: [
          { key: 'x.io/role', valueExpression: 'claims.role' },
          { key: 'x.io/none', valueExpression: '""' },
        ],
      },
      { name: 'bob', groups: [], extra: { ...extra, 'x.io/role': ['admin'] } },
    ],
  ];
  for (const [mappings, want] of table) assert.deepEqual(read(mappings), want, JSON.stringify(mappings));
  const refusals: [Partial<ClaimMappings>, Partial<JwtConfig>, object, RegExp][] = [
    [{ username: { claim: 'nope', prefix: '' } }, {}, {}, /parse username claims "nope": claim not present/],
    [{ username: { claim: 'level', prefix: '' } }, {}, {}, /parse username claims "level"/],
    [{ username: { claim: 'email', prefix: '' } }, {}, { email_verified: false }, /oidc: email not verified/],
    [{ username: { claim: 'email', prefix: '' } }, {}, { email_verified: 'true' }, /oidc: email not verified/],
    [{ username: { expression: 'claims.level' } }, {}, {}, /username claim expression must return a string/],
    [{ username: { expression: '""' } }, {}, {}, /empty username via CEL expression is not allowed/],
    [{ groups: { claim: 'level', prefix: '' } }, {}, {}, /parse groups claim "level"/],
    [{ groups: { expression: '[1]' } }, {}, {}, /must return a string or a list of strings/],
    [{}, { claimValidationRules: [{ claim: 'hd', requiredValue: 'x' }] }, {}, /required claim hd not present in ID token/],
    [
      {},
      { claimValidationRules: [{ claim: 'role', requiredValue: 'x' }] },
      {},
      /required claim role value does not match. Got = admin, want = x/,
    ],
    [
      {},
      { claimValidationRules: [{ expression: 'claims.level > 3', message: 'too low' }] },
      {},
      /validation expression 'claims.level > 3' failed: too low/,
    ],
    [{}, { userValidationRules: [{ expression: '!user.username.startsWith("b")', message: 'no b' }] }, {}, /failed: no b/],
    [{}, { userValidationRules: [{ expression: 'user.groups.size()' }] }, {}, /must return a boolean/],
  ];
  for (const [mappings, more, change, message] of refusals) assert.throws(() => read(mappings, more, change), message);
  assert.equal(
    read(
      {},
      { claimValidationRules: [{ expression: 'claims.level == 3' }], userValidationRules: [{ expression: 'user.username == "bob"' }] },
    ).name,
    'bob',
  );
});

test('configurations are checked', () => {
  const file = (jwt: object, more: object = {}) =>
    JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration', jwt: [jwt], ...more });
  const issuer = { url: ISSUER, audiences: ['me'] };
  const claimMappings = { username: { claim: 'sub', prefix: '' } };
  const parse = (text: string) => parseAuthenticationConfiguration(text, ['https://own']);
  assert.equal(parse(file({ issuer, claimMappings })).jwt.length, 1);
  assert.deepEqual(
    parse(
      'apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\nanonymous:\n  enabled: true\n  conditions:\n  - path: /livez\n',
    ).anonymous,
    { enabled: true, conditions: [{ path: '/livez' }] },
  );
  const table: [string, RegExp][] = [
    [file({ issuer: {}, claimMappings }), /jwt\[0\].issuer.url: Required value/],
    [
      file({ issuer: { ...issuer, url: 'http://x?y#z' }, claimMappings }),
      /URL scheme must be https.*URL must not contain a query.*URL must not contain a fragment/,
    ],
    [file({ issuer: { ...issuer, url: 'https://a:b@x' }, claimMappings }), /URL must not contain a username or password/],
    [file({ issuer: { ...issuer, url: 'https://own' }, claimMappings }), /URL must not overlap with disallowed issuers: \[https:\/\/own\]/],
    [file({ issuer: { ...issuer, discoveryURL: `${ISSUER}/` }, claimMappings }), /discoveryURL must be different from URL/],
    [
      file({ issuer: { url: ISSUER, audiences: [] }, claimMappings }),
      /issuer.audiences: Required value: at least one jwt\[0\].issuer.audiences is required/,
    ],
    [
      file({ issuer: { url: ISSUER, audiences: ['a', 'b'] }, claimMappings }),
      /audienceMatchPolicy must be MatchAny for multiple audiences/,
    ],
    [file({ issuer: { ...issuer, certificateAuthority: 'x' }, claimMappings }), /certificateAuthority: Invalid value: "<omitted>"/],
    [file({ issuer, claimMappings: { username: {} } }), /claimMappings.username: Required value: claim or expression is required/],
    [
      file({ issuer, claimMappings: { username: { claim: 'sub' } } }),
      /username.prefix: Required value: prefix is required when claim is set/,
    ],
    [
      file({ issuer, claimMappings: { username: { claim: 'sub', expression: 'x', prefix: '' } } }),
      /claim and expression can't both be set/,
    ],
    [
      file({ issuer, claimMappings: { username: { expression: 'claims.' } } }),
      /username.expression: Invalid value: "claims.": compilation failed: /,
    ],
    [file({ issuer, claimMappings: { username: { expression: 'claims.email' } } }), /claims.email_verified must be used/],
    [
      file({ issuer, claimMappings: { ...claimMappings, extra: [{ key: 'foo', valueExpression: 'claims.sub' }] } }),
      /must be a domain-prefixed path/,
    ],
    [
      file({ issuer, claimMappings: { ...claimMappings, extra: [{ key: 'a.k8s.io/x', valueExpression: 'claims.sub' }] } }),
      /reserved for Kubernetes use/,
    ],
    [
      file({ issuer, claimMappings, claimValidationRules: [{ claim: 'a' }, { claim: 'a' }] }),
      /claimValidationRules\[1\].claim: Duplicate value: "a"/,
    ],
    [file({ issuer, claimMappings, userValidationRules: [{ expression: '' }] }), /userValidationRules\[0\].expression: Required value/],
    [
      file({ issuer, claimMappings }, { anonymous: { enabled: false, conditions: [{ path: '/' }] } }),
      /enabled should be set to true when conditions are defined/,
    ],
    ['kind: X', /no kind "X" is registered for version "undefined"/],
  ];
  for (const [text, message] of table) assert.throws(() => parse(text), message, text);
  assert.doesNotThrow(() =>
    parse(file({ issuer, claimMappings: { username: { expression: 'claims.email_verified ? claims.email : claims.sub' } } })),
  );
  const flags = { issuerUrl: ISSUER, clientId: 'me' };
  assert.deepEqual(oidcIssuer(flags, []).config.claimMappings.username, { claim: 'sub', prefix: `${ISSUER}#` });
  assert.deepEqual(oidcIssuer({ ...flags, usernameClaim: 'email' }, []).config.claimMappings.username, { claim: 'email', prefix: '' });
  assert.deepEqual(oidcIssuer({ ...flags, usernamePrefix: '-' }, []).config.claimMappings.username.prefix, '');
  assert.throws(() => oidcIssuer({ ...flags, signingAlgorithms: ['HS256'] }, []), /unsupported signing alg: "HS256"/);
});

async function issuerServer(t: TestContext) {
  const { SubjectAlternativeNameExtension } = await import('@peculiar/x509');
  const names = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
  const made = await makeCertificate({ subject: 'CN=issuer', usages: ['1.3.6.1.5.5.7.3.1'], extraExtensions: [names] });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', made.keys.privateKey)).toString('base64');
  const state = { keys: [] as JWK[], requests: 0, issuer: '' };
  const server = createServer(
    { cert: made.pem, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` },
    (request, response) => {
      state.requests++;
      const document = { issuer: state.issuer, jwks_uri: `${url}/keys` };
      response.end(JSON.stringify(request.url === '/keys' ? { keys: state.keys } : document));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outbound = new Outbound();
  t.after(() => {
    outbound.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.issuer = url;
  const issuer = { url, audiences: ['me'], certificateAuthority: made.pem };
  return { state, issuer, outbound };
}

test('keys come from the issuer, new ones too', async (t) => {
  const { state, issuer, outbound } = await issuerServer(t);
  let elapsedMs = 0;
  const keys = new RemoteKeys({ issuer, outbound, clock: { ...systemClock, monotonic: () => elapsedMs }, log: silentLogger });
  const auth = new JwtAuthenticator({ config: config({ issuer }), algorithms: ['ES256'], keys, clock, apiAudiences: ['api'] });
  const [first, second] = [await pair('ES256', '1'), await pair('ES256', '2')];
  const of = (key: Pair) => token(key, 'ES256', { iss: issuer.url });
  await assert.rejects(auth.authenticateToken(await of(first), []), /authenticator not initialized/);
  await keys.start(new AbortController().signal);
  state.keys = [first.jwk];
  assert.equal((await auth.authenticateToken(await of(first), []))?.user.name, 'bob');
  const before = state.requests;
  assert.ok(await auth.authenticateToken(await of(first), []));
  assert.equal(state.requests, before, 'known keys need no question');
  state.keys = [second.jwk];
  await assert.rejects(auth.authenticateToken(await of(second), []), /failed to verify/, 'just asked');
  elapsedMs += 1000;
  await Promise.all([1, 2, 3].map(async () => assert.ok(await auth.authenticateToken(await of(second), []))));
  assert.equal(state.requests, before + 1);
  await assert.rejects(auth.authenticateToken(await of(first), []), /failed to verify/, 'the old key is gone');
});

test('an issuer that calls itself otherwise is not taken', async (t) => {
  const { state, issuer, outbound } = await issuerServer(t);
  state.issuer = 'https://evil.example.com';
  const keys = new RemoteKeys({ issuer, outbound, clock: systemClock, log: silentLogger });
  const stop = new AbortController();
  const started = keys.start(stop.signal);
  while (keys.problem === 'not initialized') await systemClock.sleep(5);
  stop.abort();
  await started;
  assert.match(
    keys.problem,
    /issuer did not match the issuer returned by provider, expected "https:\/\/127.0.0.1:\d+" got "https:\/\/evil.example.com"/,
  );
  assert.equal(keys.isReady, false);
});

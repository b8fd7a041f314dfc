import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, importPKCS8, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { AnyObject } from '../../api/object.ts';
import { FakeClock, SeededRandom } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { draft } from '../bootstrap/draft.ts';
import { FakeRegistryReader } from '../registry/fake-reader.ts';
import { buildAuthentication } from './build-authenticator.ts';
import { CachedTokenAuthenticator } from './cached-tokens.ts';
import { JWKS_PATH, OPENID_CONFIGURATION_PATH, openIdDocuments } from './openid.ts';
import { SigningKey } from './service-account/keys.ts';
import { splitServiceAccountUser } from './service-account/user-name.ts';
import { TokenIssuer, type TokenIssuerOptions } from './service-account/token-issuer.ts';
import { parseTokenFile } from './static-tokens.ts';
import { requestWith } from './testing.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const pem = (key: { export(o: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsaPem = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const ecPem = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const rsa = SigningKey.fromPem(rsaPem);
const ec = SigningKey.fromPem(ecPem);

const named = (kind: string, namespace: string, name: string, fields: Record<string, unknown> = {}): AnyObject => {
  const made = draft('v1', kind, { name, ...(namespace && { namespace }) }, fields);
  made.metadata.uid = `${kind.toLowerCase()}-uid`;
  return made;
};

function setUp(overrides: Partial<TokenIssuerOptions> = {}) {
  const registry = new FakeRegistryReader();
  const clock = new FakeClock();
  registry.put('', 'serviceaccounts', named('ServiceAccount', 'ns', 'sa'));
  registry.put('', 'pods', named('Pod', 'ns', 'p', { spec: { serviceAccountName: 'sa', nodeName: 'n' } }));
  registry.put('', 'pods', named('Pod', 'ns', 'other', { spec: { serviceAccountName: 'default' } }));
  registry.put('', 'secrets', named('Secret', 'ns', 's'));
  registry.put('', 'nodes', named('Node', '', 'n'));
  const apiAudiences = [ISSUER];
  const issuer = new TokenIssuer({
    issuer: ISSUER,
    key: rsa,
    apiAudiences,
    registry,
    clock,
    random: new SeededRandom(1),
    maxExpirationSeconds: 0,
    extendExpiration: true,
    ...overrides,
  });
  const { authenticator, tokens } = buildAuthentication({
    registry,
    clock,
    log: silentLogger,
    apiAudiences,
    serviceAccounts: { issuers: [ISSUER], keys: [rsa, ec] },
    bootstrapTokens: true,
    anonymous: true,
    staticTokens: new Map([['admin-token', { name: 'admin', groups: ['system:masters'] }]]),
  });
  const warnings = new Set<string>();
  const auditAnnotations = new Map<string, string>();
  const issue = async (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}, name = 'sa') => {
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec } as unknown as AnyObject;
    return issuer.issue({ namespace: 'ns', name, request, warnings, auditAnnotations });
  };
  const authenticate = (token: string) => authenticator.authenticateRequest(requestWith({ headers: { authorization: `Bearer ${token}` } }));
  return { registry, clock, issue, authenticate, tokens, authenticator, warnings, auditAnnotations };
}

const tokenOf = (request: { status?: { token?: string | undefined } | undefined }) => request.status?.token ?? '';
const status = (code: number, message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof StatusError, String(error));
  assert.equal(error.code, code);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};

test("an issued token holds upstream's claims, and others can check it with the published keys", async () => {
  for (const key of [rsa, ec]) {
    const { issue, clock } = setUp({ key });
    const token = tokenOf(
      await issue({
        audiences: ['a', ISSUER],
        expirationSeconds: 600,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'pod-uid' },
      }),
    );
    const documents = openIdDocuments({ issuer: ISSUER, externalAddress: '10.0.0.1:6443', keys: [rsa, ec] });
    const jwks = documents?.get(JWKS_PATH);
    assert.ok(jwks?.type === 'raw');
    const { payload } = await jwtVerify(token, createLocalJWKSet(JSON.parse(jwks.body.toString()) as never), {
      currentDate: new Date(clock.now()),
    });
    const now = clock.now() / 1000;
    const { jti, ...rest } = payload;
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      aud: ['a', ISSUER],
      exp: now + 600,
      iat: now,
      nbf: now,
      iss: ISSUER,
      sub: 'system:serviceaccount:ns:sa',
      'kubernetes.io': {
        namespace: 'ns',
        node: { name: 'n', uid: 'node-uid' },
        pod: { name: 'p', uid: 'pod-uid' },
        serviceaccount: { name: 'sa', uid: 'serviceaccount-uid' },
      },
    });
    assert.deepEqual(decodeProtectedHeader(token), { alg: key.algorithm, kid: key.keyId });
  }
});

test('a token authenticates its service account, with what it is bound to', async () => {
  const { issue, authenticate, auditAnnotations } = setUp();
  const request = await issue({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
  assert.equal(request.spec.expirationSeconds, 3600);
  assert.equal(request.status?.expirationTimestamp, '2026-01-01T01:00:00Z');
  assert.deepEqual(request.metadata, { name: 'sa', namespace: 'ns', uid: 'serviceaccount-uid', creationTimestamp: '2026-01-01T00:00:00Z' });
  const user = (await authenticate(tokenOf(request)))?.user;
  const credential = auditAnnotations.get('authentication.kubernetes.io/issued-credential-id') ?? '';
  assert.match(credential, /^JTI=/);
  assert.deepEqual(user, {
    name: 'system:serviceaccount:ns:sa',
    uid: 'serviceaccount-uid',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': ['pod-uid'],
      'authentication.kubernetes.io/credential-id': [credential],
      'authentication.kubernetes.io/node-name': ['n'],
      'authentication.kubernetes.io/node-uid': ['node-uid'],
    },
  });
  const onNode = (await authenticate(tokenOf(await issue({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n' } }))))?.user;
  assert.deepEqual(onNode?.extra?.['authentication.kubernetes.io/node-name'], ['n']);
});

test('wrong token requests', async () => {
  const { issue } = setUp({ maxExpirationSeconds: 0 });
  const pod = (name: string, more = {}) => ({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, ...more } });
  const table: [Promise<unknown>, number, string | RegExp][] = [
    [
      issue({ expirationSeconds: 599 }),
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [issue({ expirationSeconds: 2 ** 32 + 1 }), 422, /may not specify a duration larger than 2\^32 seconds/],
    [issue({}, {}, 'absent'), 404, 'serviceaccounts "absent" not found'],
    [
      issue({}, { name: 'x' }),
      422,
      'TokenRequest.authentication.k8s.io "sa" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
    ],
    [issue({}, { namespace: 'x' }), 422, /must match the service account namespace if specified/],
    [
      issue({}, { uid: 'x' }),
      409,
      /the UID in the token request \(x\) does not match the UID of the service account \(serviceaccount-uid\)/,
    ],
    [issue(pod('absent')), 404, 'pods "absent" not found'],
    [issue(pod('other')), 400, 'cannot bind token for serviceaccount "sa" to pod running with different serviceaccount name.'],
    [issue(pod('p', { uid: 'old' })), 409, /the UID in the bound object reference \(old\) does not match the UID in record/],
    [
      issue({ boundObjectRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: 'p' } }),
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
    [
      issue({ boundObjectRef: { kind: 'constructor', apiVersion: 'v1', name: 'p' } }),
      400,
      'cannot bind token to object of type /v1, Kind=constructor',
    ],
  ];
  for (const [call, code, message] of table) await assert.rejects(call, status(code, message));
});

test('the lifetime is capped with a warning, and extended for projected tokens of pods', async () => {
  const capped = setUp({ maxExpirationSeconds: 7200 });
  assert.equal((await capped.issue({ expirationSeconds: 9000 })).spec.expirationSeconds, 7200);
  assert.deepEqual([...capped.warnings], ['requested expiration of 9000 seconds shortened to 7200 seconds']);

  const { issue, authenticate, clock } = setUp();
  const projected = await issue({ expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
  assert.equal(projected.status?.expirationTimestamp, '2026-01-01T01:00:07Z');
  const claims = JSON.parse(Buffer.from(tokenOf(projected).split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number;
    'kubernetes.io': { warnafter: number };
  };
  assert.equal(claims.exp, clock.now() / 1000 + 365 * 86400);
  assert.equal(claims['kubernetes.io'].warnafter, clock.now() / 1000 + 3607);
  await clock.advance(3617_000);
  assert.deepEqual((await authenticate(tokenOf(projected)))?.auditAnnotations, {
    'authentication.k8s.io/stale-token': 'subject: system:serviceaccount:ns:sa, seconds after warning threshold: 10',
  });
});

test('a token ends with its time and with the objects it is bound to', async () => {
  const bound = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
  const cases: [string, (s: ReturnType<typeof setUp>) => unknown, RegExp | undefined, object?][] = [
    ['good for a minute of leeway', (s) => s.clock.advance(659_000), undefined],
    ['expired', (s) => s.clock.advance(661_000), /service account token has expired/],
    ['the pod is gone', (s) => s.registry.delete('', 'pods', 'ns', 'p'), /service account token has been invalidated/],
    [
      'the pod was made again',
      (s) => s.registry.put('', 'pods', { ...named('Pod', 'ns', 'p'), metadata: { ...named('Pod', 'ns', 'p').metadata, uid: 'new' } }),
      /pod UID \(new\) does not match service account pod ref claim \(pod-uid\)/,
    ],
    ['the account is gone', (s) => s.registry.delete('', 'serviceaccounts', 'ns', 'sa'), /"sa" not found/],
    [
      'the account was made again',
      (s) =>
        s.registry.put('', 'serviceaccounts', {
          ...named('ServiceAccount', 'ns', 'sa'),
          metadata: { ...named('ServiceAccount', 'ns', 'sa').metadata, uid: 'new' },
        }),
      /service account UID \(new\) does not match claim/,
    ],
    [
      'the pod has been terminating for a minute',
      (s) => {
        const pod = named('Pod', 'ns', 'p');
        pod.metadata.deletionTimestamp = '2025-12-31T23:58:59Z';
        s.registry.put('', 'pods', pod);
      },
      /has been invalidated/,
    ],
    [
      'the pod is terminating',
      (s) => {
        const pod = named('Pod', 'ns', 'p');
        pod.metadata.deletionTimestamp = '2025-12-31T23:59:30Z';
        s.registry.put('', 'pods', pod);
      },
      undefined,
    ],
    [
      'the secret is gone',
      (s) => s.registry.delete('', 'secrets', 'ns', 's'),
      /has been invalidated/,
      { kind: 'Secret', apiVersion: 'v1', name: 's' },
    ],
    [
      'the node is gone',
      (s) => s.registry.delete('', 'nodes', '', 'n'),
      /has been invalidated/,
      { kind: 'Node', apiVersion: 'v1', name: 'n' },
    ],
    ["the pod's node is gone, which does not matter", (s) => s.registry.delete('', 'nodes', '', 'n'), undefined],
  ];
  for (const [what, change, problem, ref] of cases) {
    const state = setUp();
    const token = tokenOf(await state.issue({ expirationSeconds: 600, boundObjectRef: ref ?? bound }));
    assert.ok(await state.authenticate(token), what);
    await change(state);
    if (problem) await assert.rejects(state.authenticate(token), problem, what);
    else assert.ok(await state.authenticate(token), what);
  }
});

test('forged and foreign tokens', async () => {
  const { authenticate, issue, clock, tokens } = setUp();
  const now = Math.floor(clock.now() / 1000);
  const claims: JWTPayload = {
    iss: ISSUER,
    sub: 'system:serviceaccount:ns:sa',
    aud: [ISSUER],
    exp: now + 600,
    nbf: now,
    iat: now,
    'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'sa', uid: 'serviceaccount-uid' } },
  };
  const good = await importPKCS8(rsaPem, 'RS256');
  const make = (
    payload: JWTPayload,
    header: { alg: string; kid?: string } = { alg: 'RS256' },
    key: Parameters<SignJWT['sign']>[0] = good,
  ) => new SignJWT(payload).setProtectedHeader(header).sign(key);
  assert.equal((await authenticate(await make(claims)))?.user.name, 'system:serviceaccount:ns:sa', 'jose makes tokens that we take');
  assert.ok(await authenticate(await make({ ...claims, aud: ISSUER })), 'one audience as a string');

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const b64 = (v: object) => Buffer.from(JSON.stringify(v)).toString('base64url');
  const real = tokenOf(await issue({}));
  const [header = '', payload = '', signature = ''] = real.split('.');
  const table: [string, string | Promise<string>, RegExp][] = [
    ['alg none', `${b64({ alg: 'none' })}.${b64(claims)}.`, /invalid bearer token/],
    ['alg none, with a signature', `${b64({ alg: 'none' })}.${b64(claims)}.${signature}`, /invalid signature/],
    ['the public key as HMAC secret', make(claims, { alg: 'HS256' }, Buffer.from(rsa.keyId)), /invalid signature/],
    ['another key', make(claims, { alg: 'RS256' }, stranger), /invalid signature/],
    ['another key under our key id', make(claims, { alg: 'RS256', kid: rsa.keyId }, stranger), /invalid signature/],
    ['a key id that is a path', make(claims, { alg: 'RS256', kid: '../../etc/passwd' }), /invalid signature/],
    ['changed claims', `${header}.${b64({ ...claims, sub: 'system:serviceaccount:kube-system:admin' })}.${signature}`, /invalid signature/],
    ['changed signature', `${header}.${payload}.${signature.slice(0, -4)}AAAA`, /invalid signature/],
    ['another issuer', make({ ...claims, iss: 'https://evil.example' }), /invalid bearer token/],
    ['another audience', make({ ...claims, aud: ['vault'] }), /token audiences \["vault"\] is invalid for the target audiences/],
    ['not yet valid', make({ ...claims, nbf: now + 61 }), /not valid yet/],
    ['issued in the future', make({ ...claims, iat: now + 61 }), /issued in the future/],
    ['expired', make({ ...claims, exp: now - 61 }), /has expired/],
    [
      "another account's UID",
      make({ ...claims, 'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'sa', uid: 'x' } } }),
      /does not match claim/,
    ],
    ['no account', make({ ...claims, 'kubernetes.io': undefined }), /could not be validated/],
    ['an array', `${b64([])}.${b64([])}.AA`, /invalid bearer token/],
    ['a very long one', 'a.'.repeat(500_000), /invalid bearer token/],
    ['nothing of a token', 'hello', /invalid bearer token/],
    ['a service account key of a prototype', `${header}.${b64({ iss: '__proto__' })}.${signature}`, /invalid bearer token/],
  ];
  for (const [what, token, problem] of table) await assert.rejects(authenticate(await token), problem, what);
  assert.deepEqual(
    (await tokens.authenticateToken(await make({ ...claims, aud: ['vault', 'x'] }), ['vault']))?.audiences,
    ['vault'],
    'a review may ask for another audience',
  );
});

test('legacy tokens live in their Secret', async () => {
  const { registry, authenticate } = setUp();
  const prefix = 'kubernetes.io/serviceaccount/';
  const claims = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:ns:sa',
    [`${prefix}namespace`]: 'ns',
    [`${prefix}secret.name`]: 'sa-token',
    [`${prefix}service-account.name`]: 'sa',
    [`${prefix}service-account.uid`]: 'serviceaccount-uid',
  };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(await importPKCS8(rsaPem, 'RS256'));
  await assert.rejects(authenticate(token), /Token has been invalidated/);
  const secret = named('Secret', 'ns', 'sa-token', {
    type: 'kubernetes.io/service-account-token',
    data: { token: Buffer.from(token).toString('base64') },
  });
  registry.put('', 'secrets', secret);
  const found = await authenticate(token);
  assert.equal(found?.user.name, 'system:serviceaccount:ns:sa');
  assert.deepEqual(found?.auditAnnotations, {
    'authentication.k8s.io/legacy-token': 'system:serviceaccount:ns:sa',
    'authentication.k8s.io/legacy-token-manual-secret': 'sa-token',
  });
  assert.equal(
    registry.reader('', 'secrets').get('ns', 'sa-token')?.metadata.labels?.['kubernetes.io/legacy-token-last-used'],
    '2026-01-01',
  );
  registry.put('', 'secrets', {
    ...secret,
    metadata: { ...secret.metadata, labels: { 'kubernetes.io/legacy-token-invalid-since': '2025-01-01' } },
  });
  await assert.rejects(authenticate(token), /has been marked invalid/);
  registry.put('', 'secrets', { ...secret, data: { token: Buffer.from('other').toString('base64') } });
  await assert.rejects(authenticate(token), /does not match server's copy/);
});

test('bootstrap tokens', async () => {
  const { registry, authenticate } = setUp();
  const data = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    expiration: '2026-01-02T00:00:00Z',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
  };
  const put = (changes: Record<string, string>, type = 'bootstrap.kubernetes.io/token') => {
    const encoded = Object.fromEntries(Object.entries({ ...data, ...changes }).map(([k, v]) => [k, Buffer.from(v).toString('base64')]));
    registry.put('', 'secrets', named('Secret', 'kube-system', 'bootstrap-token-abcdef', { type, data: encoded }));
  };
  put({});
  assert.deepEqual((await authenticate('abcdef.0123456789abcdef'))?.user, {
    name: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
  });
  for (const token of ['abcdef.0123456789abcdeg', 'abcdeg.0123456789abcdef', 'ABCDEF.0123456789abcdef', 'abcdef.0123'])
    await assert.rejects(authenticate(token), /invalid bearer token/, token);
  for (const [changes, type] of [
    [{ expiration: '2026-01-01T00:00:00Z' }],
    [{ expiration: 'soon' }],
    [{ 'usage-bootstrap-authentication': 'false' }],
    [{ 'auth-extra-groups': 'system:masters' }],
    [{ 'token-id': 'abcdeg' }],
    [{}, 'Opaque'],
  ] as [Record<string, string>, string?][]) {
    put(changes, type);
    await assert.rejects(authenticate('abcdef.0123456789abcdef'), /invalid bearer token/, JSON.stringify(changes));
  }
});

test('where a token may be in a request, and who asks without one', async () => {
  const { authenticator } = setUp();
  const ask = async (headers: Record<string, string | string[]>) =>
    (await authenticator.authenticateRequest(requestWith({ headers })))?.user.name;
  assert.equal(await ask({ authorization: 'bearer admin-token' }), 'admin');
  assert.equal(await ask({ authorization: ' Bearer admin-token extra' }), 'admin');
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer  admin-token'])
    assert.equal(await ask({ authorization }), 'system:anonymous', authorization);
  await assert.rejects(ask({ authorization: 'Bearer wrong' }), /invalid bearer token/);
  const socket = (protocols: string | string[]) =>
    ask({ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': protocols });
  const encoded = `base64url.bearer.authorization.k8s.io.${Buffer.from('admin-token').toString('base64url')}`;
  assert.equal(await socket(`v5.channel.k8s.io, ${encoded}`), 'admin');
  assert.equal(await socket(['v5.channel.k8s.io', encoded]), 'admin');
  await assert.rejects(socket(encoded), /missing additional subprotocol/);
  await assert.rejects(socket(`a, ${encoded}, ${encoded}`), /multiple/);
  await assert.rejects(socket('a, base64url.bearer.authorization.k8s.io.!!'), /encoding/);
  assert.equal(await ask({ 'sec-websocket-protocol': `a, ${encoded}` }), 'system:anonymous');
});

test('nobody is anonymous where that is switched off or limited', async () => {
  const make = (anonymous: boolean | string[]) =>
    buildAuthentication({ registry: new FakeRegistryReader(), clock: new FakeClock(), log: silentLogger, apiAudiences: [], anonymous })
      .authenticator;
  assert.equal(await make(false).authenticateRequest(requestWith({})), undefined);
  assert.equal(await make(['/healthz']).authenticateRequest(requestWith({})), undefined);
  assert.deepEqual((await make(['/healthz']).authenticateRequest(requestWith({ path: '/healthz' })))?.user, {
    name: 'system:anonymous',
    groups: ['system:unauthenticated'],
  });
});

test('token files', () => {
  assert.deepEqual(
    [...parseTokenFile('t1,alice,u1\nt2,bob,u2,"a,b"\n"t,3","c ""d""",u3,g\n', 'f')],
    [
      ['t1', { name: 'alice', uid: 'u1', groups: [] }],
      ['t2', { name: 'bob', uid: 'u2', groups: ['a', 'b'] }],
      ['t,3', { name: 'c "d"', uid: 'u3', groups: ['g'] }],
    ],
  );
  assert.throws(() => parseTokenFile('t1,alice\n', 'f.csv'), {
    message: "token file 'f.csv' must have at least 3 columns (token, user name, user uid), found 2",
  });
});

test('discovery documents', () => {
  const documents = openIdDocuments({ issuer: ISSUER, externalAddress: '10.0.0.1:6443', keys: [rsa, ec] });
  const configuration = documents?.get(OPENID_CONFIGURATION_PATH);
  assert.ok(configuration?.type === 'raw');
  assert.equal(
    configuration.body,
    `{"issuer":"${ISSUER}","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256","RS256"]}`,
  );
  assert.deepEqual(Object.keys(ec.toJwk()), ['use', 'kty', 'kid', 'crv', 'alg', 'x', 'y']);
  assert.deepEqual(Object.keys(rsa.toJwk()), ['use', 'kty', 'kid', 'alg', 'n', 'e']);
  assert.equal(openIdDocuments({ issuer: 'kubernetes/serviceaccount', externalAddress: 'a', keys: [rsa] }), undefined);
});

test('keys of files', () => {
  assert.equal(SigningKey.allFromPem(rsaPem + ecPem).length, 2);
  assert.throws(() => SigningKey.allFromPem('nothing'), /no PEM key/);
  assert.throws(() => SigningKey.fromPem(pem(generateKeyPairSync('ed25519').privateKey)), /neither RSA nor ECDSA/);
});

test('answers of remote authenticators are remembered for a while', async () => {
  const clock = new FakeClock();
  let asked = 0;
  const remote = {
    name: 'webhook',
    authenticateToken: async (token: string) => (asked++, token === 'good' ? { user: { name: 'a', groups: [] } } : undefined),
  };
  const cached = new CachedTokenAuthenticator(remote, { clock, random: new SeededRandom(1), ttlMs: 10_000 });
  await Promise.all([cached.authenticateToken('good', []), cached.authenticateToken('good', [])]);
  await cached.authenticateToken('good', []);
  assert.equal(asked, 1);
  await cached.authenticateToken('good', ['other']);
  await clock.advance(10_001);
  await cached.authenticateToken('good', []);
  assert.equal(asked, 3);
  await cached.authenticateToken('bad', []);
  await cached.authenticateToken('bad', []);
  assert.equal(asked, 5);
});

test('names of service accounts', () => {
  assert.deepEqual(splitServiceAccountUser('system:serviceaccount:ns:a.b'), { namespace: 'ns', name: 'a.b' });
  for (const name of [
    'system:serviceaccount:ns',
    'system:serviceaccount:ns:a:b',
    'system:serviceaccount::a',
    'system:serviceaccount:NS:a',
    'x',
    'system:serviceaccount:ns:',
  ])
    assert.equal(splitServiceAccountUser(name), undefined, name);
});

import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Ingress, IngressClass, IngressSpec } from '../../api/networking/v1.gen.ts';
import type { Secret } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '../../client/resources.ts';
import { runCommand } from '../../host/command.ts';
import { FakeContext } from '../testing/fake-context.ts';
import { service, slice } from '../testing/objects.ts';
import { startIngress, type IngressHandle } from './ingress.ts';
import { routeTable } from './route-table.ts';

function ingress(name: string, spec: Draft<IngressSpec>, created = '2026-01-01T00:00:00Z'): Ingress {
  const [namespace, short] = name.split('/');
  const metadata = { namespace, name: short, uid: 'u', resourceVersion: '1', creationTimestamp: created };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: { ingressClassName: 'wherry', ...spec },
  } as unknown as Ingress;
}

const path = (pathType: string, value: string, name: string, port: number | string = 80) => ({
  pathType,
  path: value,
  backend: { service: { name, port: typeof port === 'number' ? { number: port } : { name: port } } },
});

test('hosts, wildcards, exact and prefix paths, default backend, age', () => {
  const table = routeTable([
    ingress('a/late', { rules: [{ host: 'x.example', http: { paths: [path('Prefix', '/', 'late')] } }] }, '2026-02-01T00:00:00Z'),
    ingress('a/x', {
      rules: [
        {
          host: 'x.example',
          http: {
            paths: [
              path('Prefix', '/', 'root'),
              path('Prefix', '/foo', 'foo'),
              path('Prefix', '/foo/bar/', 'bar'),
              path('Exact', '/foo/exact', 'exact'),
            ],
          },
        },
        { host: '*.wild.example', http: { paths: [path('ImplementationSpecific', '/', 'wild')] } },
        { http: { paths: [path('Exact', '/health', 'any')] } },
      ],
    }),
    ingress('b/default', { defaultBackend: { service: { name: 'fallback', port: { name: 'http' } } } }),
  ]);
  for (const [host, requested, expected] of [
    ['x.example', '/', 'root'],
    ['x.example', '/foo', 'foo'],
    ['x.example', '/foo/', 'foo'],
    ['x.example', '/foobar', 'root'],
    ['x.example', '/foo/bar', 'bar'],
    ['x.example', '/foo/bar/baz', 'bar'],
    ['x.example', '/foo/exact', 'exact'],
    ['x.example', '/foo/exact/more', 'foo'],
    ['a.wild.example', '/anything', 'wild'],
    ['a.b.wild.example', '/', 'fallback'],
    ['wild.example', '/', 'fallback'],
    ['other', '/health', 'any'],
    ['other', '/health/x', 'fallback'],
  ] as const) {
    assert.equal(table.find(host, requested)?.service, expected, `${host}${requested}`);
  }
});

const ctx = new FakeContext();
let handle: IngressHandle;
let backend: Server;

before(async () => {
  backend = createServer((request, response) => {
    response.setHeader(
      'x-seen',
      `${request.headers.host} ${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-for']} ${request.headers['x-drop']}`,
    );
    request.pipe(response);
  });
  backend.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const { port } = backend.address() as AddressInfo;
  ctx.set(ingressClasses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'wherry' },
    spec: { controller: 'wherry.dev/ingress' },
  } as unknown as IngressClass);
  ctx.set(
    services,
    service('ns/web', { clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 80 }] }),
    service('ns/empty', { clusterIP: '10.0.0.2', ports: [{ port: 80 }] }),
  );
  // Nothing listens at the first endpoint: requests go on to the other.
  ctx.set(
    endpointSlices,
    slice('ns/web', [{ name: 'http', port }], [{ ip: '127.0.0.9' }, { ip: '127.0.0.1' }, { ip: '127.0.0.8', ready: false }]),
  );
  const tls = await selfSigned('secure.example');
  ctx.set(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { namespace: 'ns', name: 'cert' },
    data: { 'tls.crt': tls.certificate, 'tls.key': tls.key },
  } as unknown as Secret);
  ctx.set(
    ingresses,
    ingress('ns/web', {
      tls: [{ hosts: ['secure.example'], secretName: 'cert' }],
      rules: ['web.example', 'secure.example'].map((host) => ({
        host,
        http: { paths: [path('Prefix', '/', 'web', 'http'), path('Prefix', '/empty', 'empty')] },
      })),
    }),
    ingress('ns/foreign', {
      ingressClassName: 'nginx',
      rules: [{ host: 'foreign.example', http: { paths: [path('Prefix', '/', 'web')] } }],
    }),
  );
  handle = await startIngress(ctx, { http: { address: '127.0.0.1', port: 0 }, https: { address: '127.0.0.1', port: 0 } });
});

after(async () => {
  await handle?.stop();
  backend?.closeAllConnections();
  backend?.close();
});

async function selfSigned(name: string): Promise<{ certificate: string; key: string }> {
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    '-',
    '-out',
    '-',
    '-days',
    '2',
    ...subject,
  ];
  const { stdout, code, stderr } = await runCommand('openssl', args);
  assert.equal(code, 0, stderr);
  const pem = (kind: string) =>
    Buffer.from(new RegExp(`-----BEGIN ${kind}-----[^]*?-----END ${kind}-----\n`).exec(stdout)?.[0] ?? '').toString('base64');
  return { certificate: pem('CERTIFICATE'), key: pem('PRIVATE KEY') };
}

function get(
  host: string,
  url: string,
  options: { tls?: boolean; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; seen: string }> {
  return new Promise((resolve, reject) => {
    const base = { host: '127.0.0.1', path: url, method: options.body ? 'POST' : 'GET', headers: { host, ...options.headers } };
    const make = options.tls
      ? httpsRequest({ ...base, port: handle.httpsPort, servername: host, rejectUnauthorized: false })
      : httpRequest({ ...base, port: handle.httpPort });
    make.on('error', reject);
    make.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, seen: String(response.headers['x-seen']) }));
    });
    make.end(options.body);
  });
}

test('requests reach ready endpoints; headers; no endpoints; unknown hosts', async () => {
  for (let i = 0; i < 4; i++) {
    const result = await get('web.example', '/x', {
      body: 'hello',
      headers: { connection: 'x-drop', 'x-drop': 'secret', 'x-forwarded-for': '6.6.6.6' },
    });
    assert.deepEqual(result, { status: 200, body: 'hello', seen: 'web.example http 127.0.0.1 undefined' });
  }
  assert.equal((await get('web.example', '/empty')).status, 503);
  assert.equal((await get('foreign.example', '/')).status, 404);
});

test('a body cannot pass for a second request', async () => {
  const smuggled = 'GET /admin HTTP/1.1\r\nhost: x\r\n\r\n';
  const body = await new Promise((resolve, reject) => {
    const make = httpRequest({
      host: '127.0.0.1',
      port: handle.httpPort,
      method: 'GET',
      path: '/x',
      headers: { host: 'web.example', 'transfer-encoding': 'chunked' },
    });
    make.on('error', reject);
    make.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    make.end(smuggled);
  });
  assert.equal(body, smuggled);
});

test('TLS with the certificate of the named secret', async () => {
  assert.deepEqual(await get('secure.example', '/', { tls: true, body: 'hi' }), {
    status: 200,
    body: 'hi',
    seen: 'secure.example https 127.0.0.1 undefined',
  });
  await assert.rejects(get('web.example', '/', { tls: true }));
});

test('upgraded connections pass in both directions', async () => {
  ctx.set(endpointSlices, slice('ns/web', [{ name: 'http', port: (backend.address() as AddressInfo).port }], [{ ip: '127.0.0.1' }]));
  const echoed = await new Promise((resolve, reject) => {
    const make = httpRequest({
      host: '127.0.0.1',
      port: handle.httpPort,
      headers: { host: 'web.example', connection: 'upgrade', upgrade: 'echo' },
    });
    make.on('upgrade', (_, socket) => {
      socket.on('data', (chunk: Buffer) => {
        socket.destroy();
        resolve(chunk.toString());
      });
      socket.write('ping');
    });
    make.on('error', reject);
    make.end();
  });
  assert.equal(echoed, 'ping');
});

import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { Outbound } from '../../host/outbound.ts';
import { makeCertificate, type TestCertificate } from '../authn/testing.ts';
import { make } from '../admission/testing.ts';
import { FakeRegistryReader } from '../registry/fake-reader.ts';
import { MAX_ANSWER_BYTES } from './json-exchange.ts';
import { WebhookClient } from './webhook-client.ts';

const SECRET = 'what an internal service says';

async function keyPem({ keys }: TestCertificate): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}

async function serve(t: TestContext, answer: RequestListener) {
  const { SubjectAlternativeNameExtension } = await import('@peculiar/x509');
  const ca = await makeCertificate({ subject: 'CN=ca', ca: true });
  const names = new SubjectAlternativeNameExtension([
    { type: 'dns', value: 'hook.ns.svc' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
  const certificate = await makeCertificate({ subject: 'CN=hook', issuer: ca, usages: ['1.3.6.1.5.5.7.3.1'], extraExtensions: [names] });
  const server = createSecureServer({ key: await keyPem(certificate), cert: certificate.pem }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const registry = new FakeRegistryReader();
  const outbound = new Outbound();
  t.after(() => outbound.close());
  const { port } = server.address() as AddressInfo;
  const caBundle = Buffer.from(ca.pem).toString('base64');
  const client = new WebhookClient({ registry, outbound, clock: systemClock, random: systemRandom });
  return { client, registry, server, port, caBundle, url: `https://127.0.0.1:${port}/hook` };
}

test('a service is reached through its endpoints, under its own name', async (t) => {
  const asked: unknown[] = [];
  const { client, registry, port, caBundle } = await serve(t, (request, response) => {
    asked.push([request.method, request.url, request.headers.host, request.headers['content-type'], request.httpVersion]);
    request.resume().on('end', () => response.end('{"ok":true}'));
  });
  const address = { service: { namespace: 'ns', name: 'hook', path: '/v', port: 8443 }, caBundle };
  const said = (message: string) => ({ message: `Post "https://hook.ns.svc:8443/v?timeout=2s": ${message}` });
  await assert.rejects(client.post(address, {}, 2), said('service "hook" not found'));
  const meta = { name: 'hook', namespace: 'ns' };
  registry.put(
    '',
    'services',
    make('Service', meta, { spec: { clusterIP: '10.96.0.9', ports: [{ name: 'web', port: 8443, targetPort: 1 }] } }),
  );
  await assert.rejects(client.post(address, {}, 2), said('no endpoints available for service "hook"'));
  await assert.rejects(
    client.post({ ...address, service: { ...address.service, port: 1 } }, {}, 2),
    /no service port 1 found for service "hook"/,
  );
  const labels = { 'kubernetes.io/service-name': 'hook' };
  const endpoints = [{ addresses: ['127.0.0.2'], conditions: { ready: false } }, { addresses: ['127.0.0.1'] }];
  const slice = { addressType: 'IPv4', ports: [{ name: 'web', port }], endpoints };
  registry.put('discovery.k8s.io', 'endpointslices', make('EndpointSlice', { ...meta, labels }, slice));
  assert.deepEqual(await client.post(address, { a: 1 }, 2), { ok: true });
  assert.deepEqual(asked, [['POST', '/v?timeout=2s', 'hook.ns.svc:8443', 'application/json', '1.1']]);
});

test('only the certificate of the right authority is taken', async (t) => {
  const { client, url, caBundle } = await serve(t, (_, response) => response.end('{}'));
  const other = await makeCertificate({ subject: 'CN=other', ca: true });
  const unknown = /tls: failed to verify certificate: x509: certificate signed by unknown authority$/;
  await assert.rejects(client.post({ url, caBundle: Buffer.from(other.pem).toString('base64') }, {}, 2), unknown);
  await assert.rejects(client.post({ url }, {}, 2), unknown);
  assert.deepEqual(await client.post({ url, caBundle }, {}, 2), {});
});

test('what a hostile webhook answers is neither followed nor shown', async (t) => {
  let reached = false;
  const inner = createServer((_, response) => {
    reached = true;
    response.end(SECRET);
  });
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  t.after(() => inner.close());
  const location = `http://127.0.0.1:${(inner.address() as AddressInfo).port}/metadata`;
  const answers: Record<string, RequestListener> = {
    '/302': (_, response) => response.writeHead(302, { location }).end(SECRET),
    '/307': (_, response) => response.writeHead(307, { location }).end(SECRET),
    '/500': (_, response) => response.writeHead(500).end(SECRET),
    '/404': (_, response) => response.writeHead(404).end(SECRET),
    '/403': (_, response) => response.writeHead(403).end(SECRET),
    '/text': (_, response) => response.end(SECRET),
    '/big': (_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, 0x20)),
    '/slow': () => {},
    '/drip': (_, response) => response.writeHead(200).write('{'),
  };
  const { client, url, caBundle } = await serve(t, (request, response) =>
    answers[(request.url ?? '').split('?')[0] ?? '']?.(request, response),
  );
  const at = (path: string) => ({ url: url.replace('/hook', path), caBundle });
  const table: [string, string][] = [
    ['/302', 'the server responded with the status code 302 but did not return more information'],
    ['/307', 'the server responded with the status code 307 but did not return more information'],
    ['/500', 'an error on the server ("unknown") has prevented the request from succeeding'],
    ['/404', 'the server could not find the requested resource'],
    ['/403', 'the server responded with the status code 403 but did not return more information'],
    ['/text', 'the answer is not JSON'],
    ['/big', `the answer is larger than ${MAX_ANSWER_BYTES} bytes`],
    ['/slow', `Post "${at('/slow').url}?timeout=1s": context deadline exceeded`],
    ['/drip', `Post "${at('/drip').url}?timeout=1s": context deadline exceeded`],
  ];
  for (const [path, message] of table) await assert.rejects(client.post(at(path), {}, 1), { message }, path);
  assert.equal(reached, false);
});

test('a kept connection that the webhook closed is replaced', async (t) => {
  let asked = 0;
  const { client, url, caBundle, server } = await serve(t, (request, response) => {
    asked++;
    request.resume().on('end', () => response.end('{}'));
  });
  await client.post({ url, caBundle }, {}, 2);
  server.closeAllConnections();
  assert.deepEqual(await client.post({ url, caBundle }, {}, 2), {});
  assert.equal(asked, 2);
});

test('a webhook that is not there is named with its address', async (t) => {
  const { client, caBundle } = await serve(t, () => {});
  await assert.rejects(client.post({ url: 'https://127.0.0.1:1/x', caBundle }, {}, 2), {
    message: 'Post "https://127.0.0.1:1/x?timeout=2s": dial tcp 127.0.0.1:1: connect: connection refused',
  });
  await assert.rejects(client.post({}, {}, 2), /webhook configuration must have either service or URL/);
});

import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';
import { systemClock } from '../../host/clock.ts';
import { Outbound } from '../../host/outbound.ts';
import { kubeconfigServer } from '../webhook/kubeconfig-server.ts';
import { makeCertificate } from './testing.ts';
import { WebhookTokenAuthenticator } from './webhook-token-authenticator.ts';

type Review = { apiVersion: string; spec: { token: string; audiences?: string[] } };

test('another server is asked who bears a token', async (t) => {
  const { SubjectAlternativeNameExtension } = await import('@peculiar/x509');
  const names = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
  const made = await makeCertificate({ subject: 'CN=hook', usages: ['1.3.6.1.5.5.7.3.1'], extraExtensions: [names] });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', made.keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  const asked: unknown[] = [];
  const answers: Record<string, object> = {
    good: { authenticated: true, user: { username: 'bob', uid: 'u', groups: ['g'], extra: { k: ['v'] } } },
    scoped: { authenticated: true, audiences: ['other'], user: { username: 'bob' } },
    bad: { authenticated: false },
    broken: { authenticated: false, error: 'no database' },
    odd: { authenticated: 'yes', user: { username: 'root' } },
  };
  const answer: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const review = JSON.parse(body) as Review;
      asked.push([request.url, request.headers.authorization, review.apiVersion, review.spec]);
      if (review.spec.token === 'redirect') response.writeHead(307, { location: 'https://127.0.0.1:1/' }).end();
      else response.end(JSON.stringify({ status: answers[review.spec.token] }));
    });
  };
  const server = createServer({ cert: made.pem, key }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outbound = new Outbound();
  t.after(() => {
    outbound.close();
    server.closeAllConnections();
    server.close();
  });
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [
      {
        name: 'k',
        cluster: {
          server: `https://127.0.0.1:${(server.address() as AddressInfo).port}/authenticate?x=y`,
          'certificate-authority-data': Buffer.from(made.pem).toString('base64'),
        },
      },
    ],
    users: [{ name: 'u', user: { token: 'secret' } }],
  };
  const remote = kubeconfigServer(JSON.stringify(kubeconfig), 'hook.kubeconfig');
  const auth = new WebhookTokenAuthenticator({ server: remote, version: 'v1', outbound, clock: systemClock, apiAudiences: ['api'] });
  const bob = { name: 'bob', uid: 'u', groups: ['g'], extra: { k: ['v'] } };
  assert.deepEqual(await auth.authenticateToken('good', ['api', 'x']), { user: bob, audiences: ['api'] });
  assert.deepEqual(asked, [
    ['/authenticate?x=y&timeout=30s', 'Bearer secret', 'authentication.k8s.io/v1', { token: 'good', audiences: ['api', 'x'] }],
  ]);
  assert.deepEqual(await auth.authenticateToken('good', []), { user: bob });
  assert.equal(await auth.authenticateToken('scoped', ['api']), undefined);
  assert.equal(await auth.authenticateToken('bad', ['api']), undefined);
  assert.equal(await auth.authenticateToken('odd', ['api']), undefined);
  assert.equal(await auth.authenticateToken('unknown', ['api']), undefined);
  await assert.rejects(auth.authenticateToken('broken', ['api']), { message: 'no database' });
  await assert.rejects(auth.authenticateToken('redirect', ['api']), /status code 307/);
});

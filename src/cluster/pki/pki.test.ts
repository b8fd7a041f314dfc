import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { load } from 'js-yaml';
import { FakeClock, SeededRandom } from '../../base/fake-clock.ts';
import { ensurePki } from './ensure-pki.ts';
import { kubeconfigText, mergeKubeconfig, withoutCluster } from './kubeconfig.ts';
import { LEAF_LIFETIME_MS, RENEW_BEFORE_MS, type PkiOptions } from './plan.ts';

const dir = mkdtempSync(join(tmpdir(), 'wherry-pki-'));
after(() => rmSync(dir, { recursive: true }));

const options: PkiOptions = {
  clusterDomain: 'cluster.local',
  serviceIp: '10.96.0.1',
  apiServerNames: ['this-host'],
  apiServerAddresses: ['192.0.2.7', '2001:db8::7'],
  nodes: [{ name: 'node-1', ipAddresses: ['192.0.2.11'] }],
};
const read = (name: string) => readFileSync(join(dir, name), 'utf8');

test('makes a complete PKI that OpenSSL accepts, and changes nothing the second time', () => {
  const context = { dir, clock: new FakeClock(Date.now()), random: new SeededRandom(1) };
  const first = ensurePki(context, options);
  assert.ok(first.issued.includes('ca (new)'));
  assert.deepEqual(ensurePki(context, options).issued, []);
  const verify = (ca: string, name: string, purpose: string) =>
    execFileSync('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(dir, `${ca}.crt`), join(dir, `${name}.crt`)], {
      encoding: 'utf8',
    });
  assert.match(verify('ca', 'apiserver', 'sslserver'), /OK/);
  assert.match(verify('ca', 'admin', 'sslclient'), /OK/);
  assert.match(verify('front-proxy-ca', 'front-proxy-client', 'sslclient'), /OK/);
  assert.match(verify('ca', 'nodes/node-1/kubelet', 'sslserver'), /OK/);
  assert.throws(() => verify('ca', 'front-proxy-client', 'sslclient'));
  assert.equal(statSync(join(dir, 'ca.key')).mode & 0o777, 0o600);
  assert.equal(statSync(join(dir, 'sa.key')).mode & 0o777, 0o600);
});

test('certificates carry the names Kubernetes reads from them', () => {
  const apiServer = new X509Certificate(read('apiserver.crt'));
  for (const host of ['kubernetes', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost', 'this-host'])
    assert.equal(apiServer.checkHost(host), host);
  for (const ip of ['10.96.0.1', '127.0.0.1', '192.0.2.7', '2001:db8::7', '::1']) assert.ok(apiServer.checkIP(ip), ip);
  assert.equal(new X509Certificate(read('admin.crt')).subject, 'O=system:masters\nCN=kubernetes-admin');
  assert.equal(new X509Certificate(read('nodes/node-1/kubelet-client.crt')).subject, 'O=system:nodes\nCN=system:node:node-1');
  assert.ok(new X509Certificate(read('ca.crt')).ca);
});

test('renews near the end, reissues for new addresses, repairs a damaged leaf, refuses a damaged CA', () => {
  const clock = new FakeClock(Date.now());
  const context = { dir, clock, random: new SeededRandom(2) };
  const moved = { ...options, apiServerAddresses: ['192.0.2.8'] };
  assert.deepEqual(ensurePki(context, moved).issued, ['apiserver (names or addresses are missing)']);
  writeFileSync(join(dir, 'scheduler.crt'), 'rubbish');
  assert.deepEqual(ensurePki(context, moved).issued, ['scheduler (missing or unreadable)']);
  const later = { ...context, clock: new FakeClock(Date.now() + LEAF_LIFETIME_MS - RENEW_BEFORE_MS + 3600_000) };
  const renewed = ensurePki(later, moved).issued;
  assert.equal(renewed.length, 10);
  assert.ok(
    renewed.every((r) => r.endsWith('(near its end)')),
    renewed.join(),
  );
  const ca = read('ca.crt');
  writeFileSync(join(dir, 'ca.crt'), 'rubbish');
  assert.throws(() => ensurePki(context, moved), /Cannot use the certificate authority .*wherry reset/);
  rmSync(join(dir, 'ca.crt'));
  assert.throws(() => ensurePki(context, moved), /\.crt is missing/);
  writeFileSync(join(dir, 'ca.crt'), ca);
});

test('kubeconfig: written, merged, removed', () => {
  const entry = { cluster: 'wherry', user: 'admin', server: 'https://127.0.0.1:6443', ca: 'CA', certificate: 'CRT', key: 'KEY' };
  const own = load(kubeconfigText(entry)) as { 'current-context': string };
  assert.equal(own['current-context'], 'admin@wherry');
  const other = kubeconfigText({ ...entry, cluster: 'other' });
  const merged = load(mergeKubeconfig(mergeKubeconfig(other, entry), { ...entry, server: 'https://127.0.0.1:7443' })) as Record<
    string,
    { name: string }[]
  >;
  assert.deepEqual(
    merged['clusters']?.map((c) => c.name),
    ['other', 'wherry'],
  );
  assert.equal(merged['current-context'] as unknown, 'admin@wherry');
  assert.match(JSON.stringify(merged), /7443/);
  assert.throws(() => mergeKubeconfig('kind: Pod\n', entry), /no kubeconfig/);
  assert.deepEqual(load(mergeKubeconfig('', entry)), load(kubeconfigText(entry)));
  assert.equal(withoutCluster('', 'wherry', 'admin'), undefined);
  const without = withoutCluster(mergeKubeconfig(other, entry), 'wherry', 'admin') ?? '';
  assert.deepEqual(
    (load(without) as Record<string, { name: string }[]>)['contexts']?.map((c) => c.name),
    ['admin@other'],
  );
  assert.equal(withoutCluster(other, 'wherry', 'admin'), undefined);
});

/** Upstream's own Helm, unmodified, with the chart that `helm create` makes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { deployments, pods, secrets, services, startCluster, type TestCluster } from '../../src/sim/testing.ts';

const tools = process.env['WHERRY_TOOLS'] ?? join(import.meta.dirname, '../../.cache/tools');
const work = mkdtempSync(join(tmpdir(), 'wherry-helm-'));
const TIMEOUT_MS = 90_000;
const namespace = 'default';
let cluster: TestCluster;

before(async () => {
  cluster = await startCluster({ https: true });
  writeFileSync(join(work, 'kubeconfig'), cluster.kubeconfig, { mode: 0o600 });
});
after(async () => {
  await cluster.close();
  rmSync(work, { recursive: true });
});

async function helm(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: work, KUBECONFIG: join(work, 'kubeconfig') };
  return (await promisify(execFile)(join(tools, 'helm'), args, { env, cwd: work, timeout: TIMEOUT_MS })).stdout;
}

test('create, install, upgrade, roll back, uninstall', { timeout: 2 * TIMEOUT_MS }, async () => {
  const { client } = cluster;
  await helm('create', 'shop');
  await helm('install', 'shop', './shop', '--wait', '--timeout=30s');
  assert.equal((await client.resource(deployments).get('shop', { namespace })).status?.availableReplicas, 1);
  assert.ok((await client.resource(services).get('shop', { namespace })).spec.clusterIP);
  await helm('upgrade', 'shop', './shop', '--set', 'replicaCount=3', '--set', 'image.tag=2', '--wait', '--timeout=30s');
  const upgraded = await client.resource(deployments).get('shop', { namespace });
  assert.equal(upgraded.status?.availableReplicas, 3);
  assert.match(upgraded.spec?.template.spec?.containers[0]?.image ?? '', /:2$/);
  await helm('rollback', 'shop', '1', '--wait', '--timeout=30s');
  assert.equal((await client.resource(deployments).get('shop', { namespace })).spec?.replicas, 1);
  assert.match(await helm('history', 'shop'), /Rollback to 1/);
  assert.match(await helm('status', 'shop'), /STATUS: deployed/);
  await helm('uninstall', 'shop', '--wait', '--timeout=30s');
  await cluster.waitFor(deployments, 'shop', (d) => d === undefined);
  const { items } = await client.resource(pods).list({ namespace });
  assert.deepEqual(
    items.filter((p) => !p.metadata.deletionTimestamp),
    [],
  );
  assert.deepEqual((await client.resource(secrets).list({ namespace, labelSelector: 'owner=helm' })).items, []);
});

test('a chart that asks for what is not allowed fails with the reason', { timeout: TIMEOUT_MS }, async () => {
  await helm('create', 'odd');
  await assert.rejects(helm('install', 'odd', './odd', '--set', 'service.port=700000'), /spec\.ports\[0\]\.port: Invalid value: 700000: must be between 1 and 65535/);
});

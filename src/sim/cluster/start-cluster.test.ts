import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { deployments, namespaces, nodes, pods, serviceAccounts } from '../../client/resources.ts';
import { countingClock } from '../testing/counting-clock.ts';
import { deployment, pod } from '../testing/objects.ts';
import { startCluster } from './start-cluster.ts';

test('a deployment becomes available on simulated nodes', async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const { client } = cluster;
  await client.resource(deployments).create(deployment('web', 4));
  await cluster.waitFor(deployments, 'web', (d) => d?.status?.availableReplicas === 4);
  const { items } = await client.resource(pods).list({ namespace: 'default' });
  assert.deepEqual([...new Set(items.map((p) => p.spec.nodeName ?? ''))].sort(), ['node-1', 'node-2']);
  assert.equal(new Set(items.map((p) => p.status.podIP)).size, 4);
  for (const p of items) assert.match(p.status.podIP ?? '', p.spec.nodeName === 'node-1' ? /^10\.128\.0\./ : /^10\.128\.1\./);
});

test('clusters side by side do not see each other', async () => {
  const clusters = await Promise.all(Array.from({ length: 3 }, () => startCluster()));
  await Promise.all(clusters.map(({ client }, i) => client.resource(namespaces).create({ metadata: { name: `only-${i}` } })));
  for (const [i, { client }] of clusters.entries()) {
    const names = (await client.resource(namespaces).list()).items.map((n) => n.metadata.name);
    assert.deepEqual(
      names.filter((name) => name.startsWith('only-')),
      [`only-${i}`],
    );
  }
  await Promise.all(clusters.map((cluster) => cluster.close()));
});

test('close leaves nothing behind: no timer, no socket, no rejection', async () => {
  const rejections: unknown[] = [];
  const note = (error: unknown) => void rejections.push(error);
  process.on('unhandledRejection', note);
  const before = process.getActiveResourcesInfo().sort();
  const clock = countingClock();
  const cluster = await startCluster({ clock, https: true, nodes: 2 });
  await cluster.client.resource(deployments).create(deployment('web', 3));
  await cluster.waitFor(deployments, 'web', (d) => d?.status?.availableReplicas === 3);
  await cluster.client.resource(deployments).delete('web', { namespace: 'default' });
  assert.ok(clock.pending > 0);
  await cluster.close();
  await cluster.close();
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  assert.equal(clock.pending, 0);
  assert.deepEqual(process.getActiveResourcesInfo().sort(), before);
  process.off('unhandledRejection', note);
  assert.deepEqual(rejections, []);
});

test('without controllers and scheduler only the API is there, and bound pods run', async () => {
  await using cluster = await startCluster({ controllers: false, scheduler: false });
  const { client } = cluster;
  assert.deepEqual((await client.resource(nodes).get('node-1')).spec.taints, undefined);
  await client.resource(serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  await client.resource(pods).create(pod('bound', { spec: { nodeName: 'node-1' } }));
  await client.resource(pods).create(pod('unbound'));
  await cluster.waitFor(pods, 'bound', (p) => p?.status.phase === 'Running');
  assert.equal((await client.resource(pods).get('unbound', { namespace: 'default' })).spec.nodeName, undefined);
});

test('admission and authorisation see who asks', async () => {
  await using cluster = await startCluster();
  const guest = cluster.clientAs({ name: 'guest', groups: [] });
  await assert.rejects(guest.resource(pods).list({ namespace: 'default' }), /pods is forbidden: User "guest" cannot list resource "pods"/);
});

test('a node that is switched off stops its heartbeat; a node that is added takes pods', async () => {
  await using cluster = await startCluster({ virtualTime: true });
  const { client } = cluster;
  await cluster.nodes[0]?.stop();
  await cluster.advance(60_000);
  const gone = await client.resource(nodes).get('node-1');
  assert.equal(gone.status.conditions?.find((c) => c.type === 'Ready')?.status, 'Unknown');
  await cluster.addNode({ name: 'spare' });
  await client.resource(pods).create(pod('late'));
  const running = await cluster.waitFor(pods, 'late', (p) => p?.status.phase === 'Running', { timeoutMs: 60_000 });
  assert.equal(running?.spec.nodeName, 'spare');
});

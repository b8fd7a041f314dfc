import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { FakeClock } from '../../base/fake-clock.ts';
import { deployments, events, jobs, nodes, pods, replicaSets } from '../../client/resources.ts';
import { deployment, job, pod } from '../testing/objects.ts';
import { startCluster } from './start-cluster.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);

test('time stands still until it is moved', async () => {
  await using cluster = await startCluster({ virtualTime: NEW_YEAR });
  await cluster.client.resource(pods).create(pod('short', { annotations: { 'sim.wherry.local/run-seconds': '90' }, spec: { restartPolicy: 'Never' } }));
  await cluster.settle();
  const phase = async () => (await cluster.client.resource(pods).get('short', { namespace: 'default' })).status.phase;
  assert.equal(await phase(), 'Running');
  await cluster.advance(89_000);
  assert.equal(await phase(), 'Running');
  await cluster.advance(2000);
  assert.equal(await phase(), 'Succeeded');
  assert.equal(cluster.clock.now(), NEW_YEAR + 91_000);
});

test('a crash loop waits 10, 20, 40 seconds and so on', async () => {
  await using cluster = await startCluster({ virtualTime: true });
  const { client, clock } = cluster;
  const begin = clock.now();
  await client.resource(pods).create(pod('crash', { annotations: { 'sim.wherry.local/exit-code': '3' } }));
  const restartsAt: number[] = [];
  for (let count = 1; count <= 4; count++) {
    await cluster.waitFor(pods, 'crash', (p) => (p?.status.containerStatuses?.[0]?.restartCount ?? 0) >= count, { timeoutMs: 600_000 });
    restartsAt.push(Math.round((clock.now() - begin) / 1000));
  }
  const waits = restartsAt.map((at, i) => at - (restartsAt[i - 1] ?? 0));
  assert.deepEqual(waits, [0, 10, 20, 40]);
  const status = (await client.resource(pods).get('crash', { namespace: 'default' })).status.containerStatuses?.[0];
  assert.equal(status?.lastState?.terminated?.exitCode, 3);
});

test('ten minutes of heartbeats pass in no time, and nothing is left when the cluster closes', async () => {
  const cluster = await startCluster({ virtualTime: true, nodes: 2 });
  await cluster.advance(600_000);
  const ready = (await cluster.client.resource(nodes).list()).items.map((n) => n.status.conditions?.find((c) => c.type === 'Ready')?.status);
  assert.deepEqual(ready, ['True', 'True']);
  await cluster.close();
  assert.ok(cluster.clock instanceof FakeClock);
  assert.equal(cluster.clock.pending, 0);
});

/** Everything a run leaves in the API. */
async function run(seed: number): Promise<string> {
  await using cluster = await startCluster({ virtualTime: NEW_YEAR, seed, nodes: 3 });
  const { client } = cluster;
  await client.resource(deployments).create(deployment('web', 5));
  await client.resource(jobs).create(job('sum', { completions: 3, container: { command: ['sleep', '20'] } }));
  await cluster.advance(60_000);
  await client.resource(deployments).patch('web', 'merge', { spec: { replicas: 2 } }, { namespace: 'default' });
  await cluster.advance(60_000);
  const lists = await Promise.all([deployments, replicaSets, pods, jobs, nodes, events].map((ref) => client.resource<AnyObject>(ref as never).list()));
  return JSON.stringify(
    lists.flatMap((list) => list.items),
    null,
    1,
  );
}

test('the same seed gives the same run, down to names, UIDs and revisions', { timeout: 60_000 }, async () => {
  const [first, second, other] = [await run(7), await run(7), await run(8)];
  assert.ok(first.length > 10_000);
  assert.equal(first, second);
  assert.notEqual(first, other);
});

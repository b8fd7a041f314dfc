/** Workload controllers, scheduler and simulated nodes together, through the API alone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Deployment } from '../../src/api/apps/v1.gen.ts';
import type { Pod } from '../../src/api/core/v1.gen.ts';
import { deployment, job, pod } from '../../src/sim/testing/objects.ts';
import { cronJobs, daemonSets, deployments, jobs, pods, replicaSets, startCluster, statefulSets, type TestCluster } from '../../src/sim/testing.ts';

const namespace = 'default';
let cluster: TestCluster;
before(async () => {
  cluster = await startCluster({ nodes: 3 });
});
after(() => cluster.close());

const podsOf = async (app: string): Promise<Pod[]> =>
  (await cluster.client.resource(pods).list({ namespace, labelSelector: `app=${app}` })).items.filter((p) => !p.metadata.deletionTimestamp);
const imagesOf = async (app: string) => [...new Set((await podsOf(app)).map((p) => p.spec.containers[0]?.image))];
const rolledOut = (name: string, replicas: number) => (d: Deployment | undefined) =>
  d?.status?.observedGeneration === d?.metadata.generation &&
  d?.status?.updatedReplicas === replicas &&
  d?.status?.replicas === replicas &&
  d?.status?.availableReplicas === replicas;

test('a deployment rolls out, scales, rolls on to a new image and back', async () => {
  const client = cluster.client.resource(deployments);
  await client.create(deployment('web', 3));
  await cluster.waitFor(deployments, 'web', rolledOut('web', 3));
  await client.patch('web', 'merge', { spec: { replicas: 5 } }, { namespace, subresource: 'scale' });
  await cluster.waitFor(deployments, 'web', rolledOut('web', 5));
  const setImage = (image: string) => client.patch('web', 'strategic', { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } }, { namespace });
  await setImage('web:2');
  await cluster.waitFor(deployments, 'web', rolledOut('web', 5));
  assert.deepEqual(await imagesOf('web'), ['web:2']);
  await setImage('web:1');
  const back = await cluster.waitFor(deployments, 'web', rolledOut('web', 5));
  assert.deepEqual(await imagesOf('web'), ['web:1']);
  // Back on the template of revision 1: the same replica set, as revision 3.
  assert.equal(back?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  const sets = (await cluster.client.resource(replicaSets).list({ namespace, labelSelector: 'app=web' })).items;
  assert.deepEqual(sets.map((rs) => rs.spec?.replicas ?? 0).sort((a, b) => a - b), [0, 5]);
});

test('a rollout of an image that cannot be pulled stops, with the old pods still serving', async () => {
  const client = cluster.client.resource(deployments);
  await client.create(deployment('stuck', 3));
  await cluster.waitFor(deployments, 'stuck', rolledOut('stuck', 3));
  await client.patch('stuck', 'strategic', { spec: { template: { spec: { containers: [{ name: 'main', image: 'registry.invalid/web:2' }] } } } }, { namespace });
  await cluster.waitFor(deployments, 'stuck', (d) => d?.status?.updatedReplicas === 1 && d.status.unavailableReplicas === 1);
  const [failing] = (await podsOf('stuck')).filter((p) => p.spec.containers[0]?.image?.startsWith('registry.invalid/'));
  const seen = await cluster.waitFor(pods, failing?.metadata.name ?? '', (p) => p?.status.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull');
  assert.match(seen?.status.containerStatuses?.[0]?.state?.waiting?.message ?? '', /lookup registry\.invalid: no such host/);
  assert.equal((await client.get('stuck', { namespace })).status?.availableReplicas, 3);
});

test('a job completes; a failing one uses up its retries', async () => {
  const client = cluster.client.resource(jobs);
  await client.create(job('sum', { completions: 3, container: { command: ['sh', '-c', 'echo counting; sleep 0.05'] } }));
  const done = await cluster.waitFor(jobs, 'sum', (j) => j?.status?.conditions?.some((c) => c.type === 'Complete' && c.status === 'True') ?? false);
  assert.equal(done?.status?.succeeded, 3);
  await client.create(job('broken', { backoffLimit: 0, container: { command: ['false'] } }));
  const failed = await cluster.waitFor(jobs, 'broken', (j) => j?.status?.conditions?.some((c) => c.type === 'Failed' && c.status === 'True') ?? false);
  assert.equal(failed?.status?.conditions?.find((c) => c.type === 'Failed')?.reason, 'BackoffLimitExceeded');
});

test('a stateful set starts its pods in order and keeps their names', async () => {
  const template = deployment('db', 2).spec?.template;
  await cluster.client.resource(statefulSets).create({
    metadata: { name: 'db', namespace },
    spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, ...(template && { template }) },
  });
  await cluster.waitFor(statefulSets, 'db', (s) => s?.status?.readyReplicas === 2);
  assert.deepEqual((await podsOf('db')).map((p) => p.metadata.name).sort(), ['db-0', 'db-1']);
});

test('a daemon set has one pod on every node', async () => {
  const template = deployment('agent', 1).spec?.template;
  await cluster.client.resource(daemonSets).create({ metadata: { name: 'agent', namespace }, spec: { selector: { matchLabels: { app: 'agent' } }, ...(template && { template }) } });
  await cluster.waitFor(daemonSets, 'agent', (d) => d?.status?.numberAvailable === 3);
  assert.deepEqual((await podsOf('agent')).map((p) => p.spec.nodeName ?? '').sort(), ['node-1', 'node-2', 'node-3']);
});

test('init containers run first, one after another; sidecars stay', async () => {
  await cluster.client.resource(pods).create(
    pod('ordered', {
      spec: {
        initContainers: [
          { name: 'first', image: 'tool:1', command: ['true'] },
          { name: 'sidecar', image: 'tool:1', restartPolicy: 'Always' },
          { name: 'second', image: 'tool:1', command: ['sleep', '0.02'] },
        ],
      },
    }),
  );
  const running = await cluster.waitFor(pods, 'ordered', (p) => p?.status.phase === 'Running' && p.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true);
  const init = running?.status.initContainerStatuses ?? [];
  assert.deepEqual(
    init.map((s) => [s.name, s.state?.terminated?.reason ?? 'running', s.ready]),
    [
      ['first', 'Completed', true],
      ['sidecar', 'running', true],
      ['second', 'Completed', true],
    ],
  );
});

test('a pod that takes its time to stop is there until then; a forced one goes at once', async () => {
  const client = cluster.client.resource(pods);
  await client.create(pod('slow', { annotations: { 'sim.wherry.local/stop-seconds': '30' } }));
  await cluster.waitFor(pods, 'slow', (p) => p?.status.phase === 'Running');
  await client.delete('slow', { namespace });
  assert.ok((await client.get('slow', { namespace })).metadata.deletionTimestamp);
  await client.delete('slow', { namespace, gracePeriodSeconds: 0 });
  await cluster.waitFor(pods, 'slow', (p) => p === undefined);
});

test('exec and logs answer', async () => {
  await cluster.client.resource(pods).create(pod('talker', { container: { command: ['sh', '-c', 'echo one; echo two; sleep 1000'], env: [{ name: 'A', value: 'b' }] } }));
  const running = await cluster.waitFor(pods, 'talker', (p) => p?.status.phase === 'Running');
  assert.deepEqual(await cluster.exec('talker', ['echo', 'hello']), { exitCode: 0, stdout: 'hello\n', stderr: '' });
  assert.equal((await cluster.exec('talker', ['cat'], { stdin: 'given' })).stdout, 'given');
  assert.equal((await cluster.exec('talker', ['env'])).stdout, 'A=b\n');
  assert.equal((await cluster.exec('talker', ['nonsense'])).exitCode, 127);
  const logs = (query: Record<string, string>) => cluster.client.raw({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/talker/log`, query });
  const read = async (query: Record<string, string> = {}) => {
    let text = '';
    const { body } = await cluster.client.transport.stream({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/talker/log`, query });
    for await (const chunk of body) text += Buffer.from(chunk).toString();
    return text;
  };
  assert.equal(await read(), 'one\ntwo\n');
  assert.equal(await read({ tailLines: '1' }), 'two\n');
  assert.match(await read({ timestamps: 'true', limitBytes: '11' }), /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d-\d\dT$/);
  await assert.rejects(logs({ previous: 'true' }), /previous terminated container "main" in pod "talker" not found/);
  assert.equal(running?.status.qosClass, 'BestEffort');
});

test('a cron job makes jobs at its times', async () => {
  await using virtual = await startCluster({ virtualTime: Date.UTC(2026, 0, 1, 11, 58, 30) });
  await virtual.client.resource(cronJobs).create({
    metadata: { name: 'minutely', namespace },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tool:1', command: ['true'] }] } } } } },
  });
  await virtual.advance(120_000);
  const { items } = await virtual.client.resource(jobs).list({ namespace });
  assert.equal(items.length, 2);
  assert.ok(items.every((j) => j.status?.succeeded === 1));
});

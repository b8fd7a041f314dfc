/**
 * The scheduler: `npm run bench -- scheduler [nodes] [pods]`. Pods a second until all are bound, first on nodes that only exist as objects (the
 * scheduler and the API server alone), then on simulated nodes that run the pods.
 */
import type { Draft } from '../src/api/object.ts';
import type { Node, Pod } from '../src/api/core/v1.gen.ts';
import { nodes, pods, serviceAccounts, startCluster, type TestCluster } from '../src/sim/testing.ts';
import { pod } from '../src/sim/testing/objects.ts';

const NODES = Number(process.argv[2] ?? 1000);
const PODS = Number(process.argv[3] ?? 5000);
const SIMULATED_NODES = Math.min(100, NODES);
const SIMULATED_PODS = Math.min(2000, PODS);
const WRITERS = 16;

async function inParallel(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) await act(index);
  };
  await Promise.all(Array.from({ length: WRITERS }, work));
}

function node(index: number): Draft<Node> {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  const name = `node-${index}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${index % 3}` };
  return { metadata: { name, labels }, status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True' }] } };
}

const small: Draft<Pod> = pod('', { container: { resources: { requests: { cpu: '100m', memory: '128Mi' } } } });

/** Resolves when `done` holds of `count` pods; answers how long after `begin` that was. */
async function untilPods(cluster: TestCluster, count: number, begin: number, done: (pod: Pod) => boolean): Promise<number> {
  const seen = new Set<string>();
  const stop = new AbortController();
  for await (const event of cluster.client.resource(pods).watch({ namespace: 'default', resourceVersion: '0', signal: stop.signal })) {
    if (event.type !== 'BOOKMARK' && event.type !== 'ERROR' && done(event.object)) seen.add(event.object.metadata.name);
    if (seen.size === count) break;
  }
  stop.abort();
  return performance.now() - begin;
}

async function measure(what: string, cluster: TestCluster, count: number, done: (pod: Pod) => boolean): Promise<void> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const reached = untilPods(cluster, count, begin, done);
  await inParallel(count, (i) => cluster.client.resource(pods).create({ ...small, metadata: { name: `pod-${i}`, namespace: 'default' } }));
  const createdMs = performance.now() - begin;
  const ms = await reached;
  const used = process.cpuUsage(cpu);
  const cpuMs = (used.user + used.system) / 1000 / count;
  console.log(
    `${what}: ${Math.round((count / ms) * 1000)} pods/s (${count} pods in ${(ms / 1000).toFixed(1)} s, created in ${(createdMs / 1000).toFixed(1)} s, ${cpuMs.toFixed(2)} ms of CPU each, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB)`,
  );
}

{
  await using cluster = await startCluster({ nodes: 0, controllers: false });
  await cluster.client.resource(serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  await inParallel(NODES, (i) => cluster.client.resource(nodes).create(node(i)));
  await measure(`bound on ${NODES} nodes`, cluster, PODS, (p) => p.spec.nodeName !== undefined);
}
{
  await using cluster = await startCluster({ nodes: SIMULATED_NODES });
  await measure(`running on ${SIMULATED_NODES} simulated nodes`, cluster, SIMULATED_PODS, (p) => p.status.phase === 'Running');
}

/** Clusters inside a test: `npm run bench -- cluster`. Time from startCluster() to the first Deployment available; 50 clusters in one process. */
import { deployments, startCluster, type TestCluster } from '../src/sim/testing.ts';
import { deployment } from '../src/sim/testing/objects.ts';

const RUNS = 20;
const TOGETHER = 50;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const rssMb = () => process.memoryUsage().rss / 1e6;

async function firstDeployment(cluster: TestCluster): Promise<void> {
  await cluster.client.resource(deployments).create(deployment('web', 1));
  await cluster.waitFor(deployments, 'web', (d) => d?.status?.availableReplicas === 1);
}

interface Run {
  readonly startMs: number;
  readonly availableMs: number;
  readonly closeMs: number;
  readonly cpuMs: number;
}

async function once(): Promise<Run> {
  const [begin, cpu] = [performance.now(), cpuMs()];
  const cluster = await startCluster();
  const started = performance.now();
  await firstDeployment(cluster);
  const available = performance.now();
  const used = cpuMs() - cpu;
  await cluster.close();
  return { startMs: started - begin, availableMs: available - begin, closeMs: performance.now() - available, cpuMs: used };
}

const first = await once();
const runs: Run[] = [];
for (let i = 0; i < RUNS; i++) runs.push(await once());
const median = (of: (run: Run) => number) => (runs.map(of).sort((a, b) => a - b)[RUNS / 2] ?? 0).toFixed(0);
console.log(`cold: started in ${first.startMs.toFixed(0)} ms, Deployment available after ${first.availableMs.toFixed(0)} ms`);
console.log(
  `warm: started in ${median((r) => r.startMs)} ms, Deployment available after ${median((r) => r.availableMs)} ms (${median((r) => r.cpuMs)} ms of CPU), closed in ${median((r) => r.closeMs)} ms`,
);

const [begin, before] = [performance.now(), rssMb()];
const clusters = await Promise.all(Array.from({ length: TOGETHER }, () => startCluster()));
const started = performance.now();
await Promise.all(clusters.map(firstDeployment));
const available = performance.now();
console.log(
  `${TOGETHER} at once: started in ${(started - begin).toFixed(0)} ms, all Deployments available after ${(available - begin).toFixed(0)} ms, ${((rssMb() - before) / TOGETHER).toFixed(1)} MB each`,
);
const idle = cpuMs();
await new Promise((resolve) => setTimeout(resolve, 5000));
console.log(`${TOGETHER} idle: ${(((cpuMs() - idle) / 5000) * 100).toFixed(1)} % of a core`);
await Promise.all(clusters.map((cluster) => cluster.close()));
console.log(`closed in ${(performance.now() - available - 5000).toFixed(0)} ms`);

/**
 * A whole cluster of one node, as `wherry up` makes it, in a network namespace of its own (needs root): time to API, node and first pod; the
 * second start; memory and CPU when idle; from creating a pod to Running for an image that is there. Upstream's figures on a machine of two
 * cores (etcd, API server, controllers, scheduler, kubelet, proxy, containerd): ready after about 11 s, 690 MB, 472 ms a pod.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterUnderTest } from '../test/cluster-under-test.ts';

const IMAGE = 'localhost:5005/wherry/busybox:1';
const PODS = Number(process.argv[2] ?? 15);
const IDLE_SECONDS = 30;

const cluster = new ClusterUnderTest();
try {
  const begin = performance.now();
  showUp('first start', await cluster.wherry('up', '--example-registry'));
  await cluster.kubectl('run', 'first', `--image=${IMAGE}`, '--restart=Never', '--', 'sleep', '1000');
  await cluster.kubectl('wait', 'pod/first', '--for=condition=Ready', '--timeout=60s');
  show('first pod Ready since the beginning', (performance.now() - begin) / 1000, 's');
  await podStarts();
  await cluster.wherry('down');
  showUp('second start', await cluster.wherry('up'));
  await sleep(10_000);
  await idle();
} finally {
  await cluster.remove();
}

function show(what: string, value: number, unit: string, more = ''): void {
  console.log(`${what.padEnd(44)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}${more ? `   ${more}` : ''}`);
}

/** Times at the end of the command's lines: `(0.5 s, at 0.9 s)`. */
function showUp(title: string, output: string): void {
  for (const what of ['API server ready', 'node Ready']) {
    const at = new RegExp(`✓ ${what}.*at ([\\d.]+) s\\)`).exec(output)?.[1];
    show(`${title}: ${what}`, Number(at), 's');
  }
}

/** One pod after another, created by curl (its start, some 10 ms, counts); one kubectl watches. */
async function podStarts(): Promise<void> {
  const path = '{.metadata.name} {.status.phase}{"\\n"}';
  const watch = cluster.start('kubectl', 'get', 'pods', '--watch', '-o', `jsonpath=${path}`);
  const running = new Map<string, number>();
  createInterface(watch.stdout).on('line', (line) => {
    const [name = '', phase] = line.split(' ');
    if (phase === 'Running' && !running.has(name)) running.set(name, performance.now());
  });
  while (!running.has('first')) await sleep(20);
  const times: number[] = [];
  for (let i = 0; i < PODS; i++) {
    const start = performance.now();
    await createPod(`pod-${i}`);
    while (!running.has(`pod-${i}`)) await sleep(1);
    times.push((running.get(`pod-${i}`) ?? 0) - start);
  }
  watch.kill();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  show('pod created to Running, as a watcher sees it', at(0.5), 'ms', `p50 of ${PODS}; p99 ${at(0.99).toFixed(0)} ms`);
}

async function createPod(name: string): Promise<void> {
  const spec = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'c', image: IMAGE, command: ['sleep', '1000'] }],
  };
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  const pki = `${cluster.dataDir}/pki`;
  const tls = ['--cacert', `${pki}/ca.crt`, '--cert', `${pki}/admin.crt`, '--key', `${pki}/admin.key`];
  const url = 'https://127.0.0.1:6443/api/v1/namespaces/default/pods';
  await cluster.inside('curl', '-sSf', ...tls, '-H', 'content-type: application/json', '-o', '/dev/null', '-d', body, url);
}

async function idle(): Promise<void> {
  const { supervisor, children } = cluster.processes();
  const processes = [['supervisor', supervisor.pid], ...Object.entries(children).map(([name, c]) => [name, c.process.pid])] as [
    string,
    number,
  ][];
  const ours = processes.filter(([name]) => name !== 'example-registry');
  const before = ours.map(([, pid]) => cpuTicks(pid));
  await sleep(IDLE_SECONDS * 1000);
  let sum = 0;
  for (const [i, [name, pid]] of ours.entries()) {
    const megabytes = residentBytes(pid) / 1e6;
    sum += megabytes;
    show(`idle: ${name}`, megabytes, 'MB', `${(((cpuTicks(pid) - (before[i] ?? 0)) / 100 / IDLE_SECONDS) * 100).toFixed(2)} % of a core`);
  }
  show('idle: all of ours', sum, 'MB');
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

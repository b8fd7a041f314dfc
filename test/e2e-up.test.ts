/** A cluster as a user makes it: `wherry up`, upstream's kubectl and Helm, real containers, pulled images; then crashes, down, up, reset. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ClusterUnderTest, eventually, root, TIMEOUT_MS } from './cluster-under-test.ts';

const cluster = new ClusterUnderTest();
after(() => cluster.remove());
const wherry = cluster.wherry.bind(cluster);
const kubectl = cluster.kubectl.bind(cluster);
const options = { timeout: TIMEOUT_MS };

async function containerIds(): Promise<string[]> {
  const ids = await kubectl('get', 'pods', '-o', 'jsonpath={range .items[*]}{.status.containerStatuses[*].containerID}{"\\n"}{end}');
  return ids.trim().split('\n').sort();
}

async function fromNodePort(): Promise<string> {
  const address = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}');
  return cluster.inside('curl', '-sSf', '-m5', `http://${address}:30080/`);
}

test('up: a node is Ready', options, async () => {
  const output = await wherry('up', '--example-registry');
  assert.match(output, /✓ API server ready/);
  assert.match(output, /✓ node Ready/);
  assert.match(await kubectl('get', 'nodes', '--no-headers'), /^\S+\s+Ready\s/m);
  assert.match(await wherry('status'), /✓ API server ready/);
  assert.match(await wherry('up'), /running already/);
});

test('the example runs: pulled images, Services, DNS, node port', options, async () => {
  await kubectl('apply', '-f', join(root, 'examples/visits/visits.yaml'));
  await kubectl('rollout', 'status', 'deployment/store', '--timeout=120s');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await eventually(fromNodePort), /^Hello from web-\S+: visit \d+$/m);
  const clusterIp = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
  assert.match(await cluster.inside('curl', '-sSf', '-m5', `http://${clusterIp}/`), /^Hello from web-/);
  const request = 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 5 web.default.svc.cluster.local 80';
  assert.match(await kubectl('exec', 'deploy/web', '--', 'sh', '-c', request), /^Hello from web-\S+: visit \d+$/m);
});

test('logs, exec, cp, scale, a new image, back', options, async () => {
  await kubectl(
    'run',
    'speaker',
    '--image=localhost:5005/wherry/busybox:1',
    '--restart=Never',
    '--',
    'sh',
    '-c',
    'trap "exit 0" TERM; echo said; sleep 1000 & wait',
  );
  await kubectl('wait', 'pod/speaker', '--for=condition=Ready', '--timeout=60s');
  assert.equal(await eventually(() => kubectl('logs', 'speaker')), 'said\n');
  assert.equal(await kubectl('exec', 'speaker', '--', 'echo', 'heard'), 'heard\n');
  await kubectl('cp', join(root, 'LICENSE'), 'speaker:/tmp/LICENSE');
  assert.equal(await kubectl('exec', 'speaker', '--', 'cat', '/tmp/LICENSE'), readFileSync(join(root, 'LICENSE'), 'utf8'));
  await kubectl('scale', 'deployment/web', '--replicas=3');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  await kubectl('set', 'image', 'deployment/web', 'web=localhost:5005/wherry/visits-web:2');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  await kubectl('rollout', 'undo', 'deployment/web');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'), /:1$/);
});

test('Helm installs, upgrades, uninstalls', options, async () => {
  const chart = join(cluster.dataDir, '..', 'chart');
  await cluster.helm('create', chart);
  const image = [
    '--set',
    'image.repository=localhost:5005/wherry/visits-store,image.tag=1,service.port=8080,livenessProbe=null,readinessProbe=null',
  ];
  await cluster.helm('install', 'shop', chart, ...image, '--wait', '--timeout', '60s');
  await cluster.helm('upgrade', 'shop', chart, ...image, '--set', 'replicaCount=2', '--wait', '--timeout', '60s');
  assert.match(await cluster.helm('list'), /shop\s+default\s+2\s+.*deployed/);
  assert.equal(await kubectl('get', 'deployment', 'shop-chart', '-o', 'jsonpath={.status.readyReplicas}'), '2');
  await cluster.helm('uninstall', 'shop', '--wait');
  await assert.rejects(kubectl('get', 'deployment', 'shop-chart'), /NotFound/);
});

test('kill -9 of every process: the same containers run, and the cluster answers again', options, async () => {
  const names = ['get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}'];
  await eventually(async () => assert.equal((await kubectl(...names)).split(' ').length, 5), 60_000);
  const before = await containerIds();
  const { supervisor, children } = cluster.processes();
  for (const pid of Object.values(children).map((c) => c.process.pid)) process.kill(pid, 'SIGKILL');
  await eventually(() => kubectl('get', 'nodes'));
  process.kill(supervisor.pid, 'SIGKILL');
  await eventually(async () => assert.notEqual(cluster.processes().supervisor.pid, supervisor.pid));
  await kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s');
  assert.deepEqual(await containerIds(), before);
  await kubectl('scale', 'deployment/web', '--replicas=2');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
});

test('down --keep-containers and up: the same containers run', options, async () => {
  await eventually(async () => assert.equal((await containerIds()).length, 4), 60_000);
  const before = await containerIds();
  await wherry('down', '--keep-containers');
  await wherry('up');
  assert.deepEqual(await containerIds(), before);
});

test('down and up again: data stays, pods run again; reset leaves nothing', options, async () => {
  await wherry('down');
  await assert.rejects(kubectl('get', 'nodes', '--request-timeout=2s'));
  await wherry('up');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await eventually(fromNodePort), /^Hello from web-/);
  await wherry('reset');
  assert.equal(existsSync(cluster.dataDir), false);
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(cluster.dataDir));
  const pids = readdirSync('/proc').filter((p) => /^\d+$/.test(p));
  assert.deepEqual(
    pids.map(readCommand).filter((c) => c.includes(cluster.dataDir)),
    [],
  );
});

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // It has ended meanwhile.
  }
}

/**
 * A cluster as a user makes it: `wherry up`, upstream's kubectl, real containers, pulled images; then crashes, down, up, reset.
 * It lives in a network namespace of its own, without a way out, so that it meets no other cluster of the machine.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const tools = process.env['WHERRY_TOOLS'] ?? join(root, '.cache/tools');
const namespace = `wherry-e2e-${process.pid}`;
const dataDir = join(mkdtempSync(join(tmpdir(), 'wherry-e2e-')), 'cluster');
const TIMEOUT_MS = 180_000;

async function inside(file: string, ...args: string[]): Promise<string> {
  const options = {
    timeout: TIMEOUT_MS,
    env: { ...process.env, KUBECONFIG: `${dataDir}/admin.kubeconfig`, HOME: dataDir },
    maxBuffer: 1 << 26,
  };
  return (await promisify(execFile)('nsenter', [`--net=/run/netns/${namespace}`, file, ...args], options)).stdout;
}
const wherry = (...args: string[]) => inside(join(root, 'bin/wherry'), ...args, '--data-dir', dataDir);
const kubectl = (...args: string[]) => inside(join(tools, 'kubectl'), ...args);

/** Tries until it does not throw; the last error is the verdict. */
async function eventually<T>(what: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(200)) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

async function containerIds(): Promise<string[]> {
  const ids = await kubectl('get', 'pods', '-o', 'jsonpath={range .items[*]}{.status.containerStatuses[*].containerID}{"\\n"}{end}');
  return ids.trim().split('\n').sort();
}

async function fromNodePort(): Promise<string> {
  const address = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}');
  return inside('curl', '-sSf', '-m5', `http://${address}:30080/`);
}

interface Supervisor {
  readonly supervisor: { readonly pid: number };
  readonly children: Record<string, { readonly process: { readonly pid: number } }>;
}
function processes(): Supervisor {
  const { id } = JSON.parse(readFileSync(join(dataDir, 'cluster.json'), 'utf8')) as { id: string };
  return JSON.parse(readFileSync(`/run/wherry/${id}/supervisor.json`, 'utf8')) as Supervisor;
}

before(() => {
  execFileSync('ip', ['netns', 'add', namespace]);
  execFileSync('nsenter', [`--net=/run/netns/${namespace}`, 'ip', 'link', 'set', 'lo', 'up']);
});
after(async () => {
  await wherry('reset').catch((error: unknown) => console.error(error));
  execFileSync('ip', ['netns', 'delete', namespace]);
});

test('up: a node is Ready', { timeout: TIMEOUT_MS }, async () => {
  const output = await wherry('up', '--example-registry');
  assert.match(output, /✓ API server ready/);
  assert.match(output, /✓ node Ready/);
  assert.match(await kubectl('get', 'nodes', '--no-headers'), /^\S+\s+Ready\s/m);
  assert.match(await wherry('status'), /✓ API server ready/);
});

test('the example runs: pulled images, Services, DNS, node port', { timeout: TIMEOUT_MS }, async () => {
  await kubectl('apply', '-f', join(root, 'examples/visits/visits.yaml'));
  await kubectl('rollout', 'status', 'deployment/store', '--timeout=120s');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await eventually(fromNodePort), /^Hello from web-\S+: visit \d+$/m);
  const clusterIp = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
  assert.match(await inside('curl', '-sSf', '-m5', `http://${clusterIp}/`), /^Hello from web-/);
  const request = 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 5 web.default.svc.cluster.local 80';
  assert.match(await kubectl('exec', 'deploy/web', '--', 'sh', '-c', request), /^Hello from web-\S+: visit \d+$/m);
});

test('logs, exec, scale, a new image, back', { timeout: TIMEOUT_MS }, async () => {
  await kubectl('run', 'speaker', '--image=localhost:5005/wherry/busybox:1', '--restart=Never', '--', 'sh', '-c', 'echo said; sleep 1000');
  await kubectl('wait', 'pod/speaker', '--for=condition=Ready', '--timeout=60s');
  assert.equal(await eventually(() => kubectl('logs', 'speaker')), 'said\n');
  assert.equal(await kubectl('exec', 'speaker', '--', 'echo', 'heard'), 'heard\n');
  await kubectl('scale', 'deployment/web', '--replicas=3');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  await kubectl('set', 'image', 'deployment/web', 'web=localhost:5005/wherry/visits-web:2');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  await kubectl('rollout', 'undo', 'deployment/web');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'), /:1$/);
});

test('kill -9 of every process: the same containers run, and the cluster answers again', { timeout: TIMEOUT_MS }, async () => {
  const names = ['get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}'];
  await eventually(async () => assert.equal((await kubectl(...names)).split(' ').length, 5), 60_000);
  const before = await containerIds();
  const { supervisor, children } = processes();
  for (const pid of Object.values(children).map((c) => c.process.pid)) process.kill(pid, 'SIGKILL');
  await eventually(() => kubectl('get', 'nodes'));
  process.kill(supervisor.pid, 'SIGKILL');
  await eventually(async () => assert.notEqual(processes().supervisor.pid, supervisor.pid));
  await kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s');
  assert.deepEqual(await containerIds(), before);
  await kubectl('scale', 'deployment/web', '--replicas=2');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
});

test('down and up again: data stays, pods run again; reset leaves nothing', { timeout: TIMEOUT_MS }, async () => {
  await wherry('down');
  await assert.rejects(kubectl('get', 'nodes', '--request-timeout=2s'));
  await wherry('up');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.match(await eventually(fromNodePort), /^Hello from web-/);
  await wherry('reset');
  assert.equal(existsSync(dataDir), false);
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(dataDir));
  const commands = readdirSync('/proc')
    .filter((p) => /^\d+$/.test(p))
    .map((pid) => readCommand(pid));
  assert.deepEqual(
    commands.filter((c) => c.includes(dataDir)),
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

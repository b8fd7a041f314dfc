/** Upstream's own kubectl, unmodified, against a cluster in this process over real HTTPS. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startCluster, type TestCluster } from '../../src/sim/testing.ts';

const tools = process.env['WHERRY_TOOLS'] ?? join(import.meta.dirname, '../../.cache/tools');
const work = mkdtempSync(join(tmpdir(), 'wherry-kubectl-'));
const TIMEOUT_MS = 60_000;
let cluster: TestCluster;

before(async () => {
  cluster = await startCluster({ nodes: 2, https: true });
  writeFileSync(join(work, 'kubeconfig'), cluster.kubeconfig);
});
after(async () => {
  await cluster.close();
  rmSync(work, { recursive: true });
});

const env = { PATH: process.env['PATH'], HOME: work, KUBECONFIG: join(work, 'kubeconfig') };

async function kubectl(...args: string[]): Promise<string> {
  return (await promisify(execFile)(join(tools, 'kubectl'), args, { env, timeout: TIMEOUT_MS })).stdout;
}

/** With a manifest on standard input. */
function kubectlWith(input: unknown, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(tools, 'kubectl'), [...args, '-f', '-'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => void (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => void (err += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(err))));
    child.stdin.end(JSON.stringify(input));
  });
}

const web = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] } },
  },
});

test('get nodes and version', { timeout: TIMEOUT_MS }, async () => {
  const lines = (await kubectl('get', 'nodes')).trim().split('\n');
  assert.match(lines[0] ?? '', /^NAME\s+STATUS\s+ROLES\s+AGE\s+VERSION$/);
  assert.match(lines[1] ?? '', /^node-1\s+Ready\s+<none>\s+\S+\s+v1\.36\./);
  assert.match(await kubectl('version'), /Server Version: v1\.36\./);
  assert.match(await kubectl('get', 'nodes', '-o', 'wide'), /Wherry simulated node/);
});

test('apply, rollout, scale, set image, undo', { timeout: TIMEOUT_MS }, async () => {
  assert.equal(await kubectlWith(web('web:1'), 'apply'), 'deployment.apps/web created\n');
  assert.match(await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s'), /deployment "web" successfully rolled out/);
  assert.equal(await kubectlWith(web('web:1'), 'apply'), 'deployment.apps/web unchanged\n');
  assert.equal(await kubectlWith(web('web:2'), 'apply', '--server-side', '--force-conflicts'), 'deployment.apps/web serverside-applied\n');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
  await kubectl('scale', 'deployment/web', '--replicas=4');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
  assert.match(await kubectl('get', 'deployment', 'web', '--no-headers'), /^web\s+4\/4\s+4\s+4\s/);
  await kubectl('rollout', 'undo', 'deployment/web');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
  assert.equal(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'), 'web:1');
  assert.match(await kubectl('rollout', 'history', 'deployment/web'), /REVISION\s+CHANGE-CAUSE\n2 /);
});

test('describe shows conditions and events', { timeout: TIMEOUT_MS }, async () => {
  const deployment = await kubectl('describe', 'deployment', 'web');
  assert.match(deployment, /Replicas:\s+4 desired \| 4 updated \| 4 total \| 4 available \| 0 unavailable/);
  assert.match(deployment, /ScalingReplicaSet/);
  const pod = await kubectl('describe', 'pod', '-l', 'app=web');
  assert.match(pod, /Successfully assigned default\/web-\S+ to node-[12]/);
  assert.match(pod, /Container started/);
  assert.match(await kubectl('describe', 'node', 'node-1'), /Non-terminated Pods:/);
});

test('logs and exec over the wire', { timeout: TIMEOUT_MS }, async () => {
  await kubectl('run', 'talker', '--image=tool:1', '--restart=Never', '--command', '--', 'sh', '-c', 'echo said; sleep 1000');
  await kubectl('wait', 'pod/talker', '--for=condition=Ready', '--timeout=30s');
  assert.equal(await kubectl('logs', 'talker'), 'said\n');
  assert.equal(await kubectl('exec', 'talker', '--', 'echo', 'heard'), 'heard\n');
  await assert.rejects(kubectl('exec', 'talker', '--', 'sh', '-c', 'exit 3'), /exit code 3/);
});

test('validation names the field; explain knows the schema', { timeout: TIMEOUT_MS }, async () => {
  const bad = { ...web('web:1'), spec: { ...web('web:1').spec, replicaz: 3 } };
  await assert.rejects(kubectlWith(bad, 'apply'), /unknown field "spec\.replicaz"/);
  await assert.rejects(kubectlWith({ ...web('web:1'), metadata: { name: 'Not_A_Name' } }, 'apply'), /metadata\.name: Invalid value: "Not_A_Name"/);
  assert.match(await kubectl('explain', 'deployment.spec.replicas'), /FIELD: replicas <integer>/);
});

test('a custom resource definition and its objects', { timeout: TIMEOUT_MS }, async () => {
  await kubectlWith(
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boats.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'boats', singular: 'boat', kind: 'Boat', shortNames: ['bt'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { oars: { type: 'integer', minimum: 0 } } } } } },
            additionalPrinterColumns: [{ name: 'Oars', type: 'integer', jsonPath: '.spec.oars' }],
          },
        ],
      },
    },
    'apply',
  );
  await kubectl('wait', '--for=condition=Established', 'crd/boats.example.com', '--timeout=30s');
  await kubectlWith({ apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'wherry' }, spec: { oars: 2 } }, 'apply');
  assert.match(await kubectl('get', 'bt', '--no-headers'), /^wherry\s+2$/m);
  await assert.rejects(
    kubectlWith({ apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'odd' }, spec: { oars: -1 } }, 'apply'),
    /spec\.oars: Invalid value: -1: spec\.oars in body should be greater than or equal to 0/,
  );
});

test('delete waits until everything is gone', { timeout: TIMEOUT_MS }, async () => {
  await kubectl('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=30s');
  assert.equal(await kubectl('get', 'pods', '-l', 'app=web', '--no-headers'), '');
  await kubectl('create', 'namespace', 'short');
  await kubectl('create', 'configmap', 'c', '-n', 'short');
  await kubectl('delete', 'namespace', 'short', '--timeout=30s');
  await assert.rejects(kubectl('get', 'namespace', 'short'), /namespaces "short" not found/);
});

/** The kubelet against a real containerd: a pod runs, logs, answers exec, restarts; a new kubelet adopts it; deleting it leaves nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../api/coordination/v1.gen.ts';
import type { Event, Node, Pod } from '../api/core/v1.gen.ts';
import { silentLogger } from '../base/log.ts';
import { Client } from '../client/client.ts';
import { eventRecorder } from '../client/events.ts';
import { pods } from '../client/resources.ts';
import { informerFactory } from '../client/shared-informer.ts';
import { systemClock, systemRandom } from '../host/clock.ts';
import { openGrpcChannel } from '../host/grpc-channel.ts';
import { criOver } from './cri/cri.ts';
import { startKubelet } from './kubelet.ts';
import type { Kubelet } from './options.ts';
import { MemoryApi } from './testing/memory-api.ts';
import { TEST_IMAGE, TestContainerd } from './testing/test-containerd.ts';

const NODE = 'test-node';
const CGROUP = `/kubelet-test-${process.pid}`;
const containerd = new TestContainerd();
const root = join(containerd.directory, 'kubelet');
const logs = join(containerd.directory, 'logs');
const api = new MemoryApi();
const client = new Client(api);
const stop = new AbortController();
let kubelet: Kubelet | undefined;

async function begin(): Promise<Kubelet> {
  const common = { client, clock: systemClock, random: systemRandom, log: silentLogger };
  return startKubelet({
    ...common,
    informers: informerFactory(common),
    recorder: eventRecorder({ ...common, component: 'kubelet', host: NODE, signal: stop.signal }),
    signal: stop.signal,
    nodeName: NODE,
    nodeIPs: ['127.0.0.1'],
    clusterDNS: [],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: containerd.endpoint,
    rootDirectory: root,
    podLogsDirectory: logs,
    containerLogsDirectory: '',
    cgroupRoot: CGROUP,
    evictionHard: {},
  });
}

before(async () => {
  mkdirSync(root);
  await containerd.start();
  kubelet = await begin();
});

after(async () => {
  await kubelet?.stop();
  stop.abort();
  await containerd.stop();
  for (const hierarchy of ['', ...readdirSync('/sys/fs/cgroup')]) {
    const group = join('/sys/fs/cgroup', hierarchy, CGROUP);
    if (existsSync(group)) execFileSync('find', [group, '-depth', '-type', 'd', '-delete']);
  }
  rmSync(containerd.directory, { recursive: true, force: true });
});

async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`Not within 30 s: ${what}. Pods: ${JSON.stringify(api.all<Pod>('/pods').map((pod) => pod.status))}`);
}

const pod = (name: string) => api.all<Pod>('/pods').find((p) => p.metadata.name === name);
const statusWhere = (name: string, holds: (status: Pod['status']) => boolean) => {
  const status = pod(name)?.status;
  return status && holds(status) ? status : undefined;
};

function create(name: string, script: string, spec: Partial<Pod['spec']> = {}): Promise<Pod> {
  return client.resource(pods).create({
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: NODE,
      hostNetwork: true,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 2,
      containers: [
        {
          name: 'main',
          image: TEST_IMAGE,
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script],
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: { requests: { cpu: '100m', memory: '16Mi' }, limits: { memory: '32Mi' } },
        },
      ],
      ...spec,
    },
    status: { phase: 'Pending' },
  });
}

async function execInMain(name: string, cmd: readonly string[]): Promise<string> {
  const cri = criOver(openGrpcChannel(containerd.endpoint));
  try {
    const id = pod(name)?.status.containerStatuses?.[0]?.containerID?.replace('containerd://', '') ?? '';
    return Buffer.from((await cri.execSync({ containerId: id, cmd: [...cmd], timeout: 10 })).stdout).toString();
  } finally {
    cri.close();
  }
}

test('the node registers, is ready and renews its lease', async () => {
  const node = await eventually('a ready node', () =>
    api.all<Node>('/nodes').find((n) => n.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')),
  );
  assert.equal(node.metadata.labels?.['kubernetes.io/os'], 'linux');
  assert.match(node.status.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\/\d/);
  assert.ok(node.status.images?.some((image) => image.names?.includes(TEST_IMAGE)));
  await eventually('a lease', () => api.all<Lease>('coordination.k8s.io/leases').find((lease) => lease.spec?.holderIdentity === NODE));
});

test('a pod runs, logs, and can be entered', async () => {
  await create('web', 'echo hello from $NAME; echo 7 > /cache/seven; trap "exit 0" TERM; while true; do sleep 0.1; done', {
    containers: [
      {
        name: 'main',
        image: TEST_IMAGE,
        imagePullPolicy: 'Never',
        command: ['sh', '-c', 'echo hello from $NAME; echo 7 > /cache/seven; trap "exit 0" TERM; while true; do sleep 0.1; done'],
        env: [{ name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
        readinessProbe: { exec: { command: ['test', '-e', '/cache/seven'] }, periodSeconds: 1 },
        resources: { requests: { cpu: '100m' } },
      },
    ],
    volumes: [{ name: 'cache', emptyDir: {} }],
  });
  const status = await eventually('web ready', () =>
    statusWhere('web', (s) => s.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false),
  );
  assert.equal(status.phase, 'Running');
  assert.equal(status.podIP, '127.0.0.1');
  assert.equal(status.qosClass, 'Burstable');
  const [container] = status.containerStatuses ?? [];
  assert.deepEqual([container?.ready, container?.started, container?.restartCount], [true, true, 0]);
  const uid = pod('web')?.metadata.uid;
  assert.match(readFileSync(join(logs, `default_web_${uid}`, 'main', '0.log'), 'utf8'), / stdout F hello from web\n$/);
  assert.equal(await execInMain('web', ['cat', '/cache/seven']), '7\n');
  const reasons = () =>
    api
      .all<Event>('/events')
      .filter((e) => e.involvedObject?.name === 'web')
      .map((e) => e.reason);
  await eventually('events', () => (['Pulled', 'Created', 'Started'].every((r) => reasons().includes(r)) ? true : undefined));
});

test('a container that fails starts again, with a count and its last state', async () => {
  await create('flaky', 'echo broken > /dev/termination-log; exit 3');
  const status = await eventually('a crash loop', () =>
    statusWhere(
      'flaky',
      (s) => s.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' && s.containerStatuses[0].restartCount === 1,
    ),
  );
  const last = status.containerStatuses?.[0]?.lastState?.terminated;
  assert.deepEqual([last?.exitCode, last?.reason, last?.message], [3, 'Error', 'broken\n']);
  assert.equal(status.phase, 'Running');
});

test('init containers run in order, and a pod that is done succeeds', async () => {
  const step = (name: string, script: string) => ({
    name,
    image: TEST_IMAGE,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', script],
    volumeMounts: [{ name: 'work', mountPath: '/work' }],
    resources: {},
  });
  await create('batch', '', {
    restartPolicy: 'Never',
    initContainers: [step('one', 'echo 1 > /work/out'), step('two', 'echo 2 >> /work/out')],
    containers: [step('main', 'test "$(cat /work/out | tr "\\n" " ")" = "1 2 "')],
    volumes: [{ name: 'work', emptyDir: { medium: 'Memory' } }],
  });
  const status = await eventually('batch to end', () => statusWhere('batch', (s) => s.phase === 'Succeeded' || s.phase === 'Failed'));
  assert.equal(status.phase, 'Succeeded');
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
});

test('a container above its memory limit is told to have been killed for it', async () => {
  await create('greedy', 'tail /dev/zero', { restartPolicy: 'Never' });
  const status = await eventually('greedy to end', () => statusWhere('greedy', (s) => s.phase === 'Failed'));
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, 'OOMKilled');
});

test('a pod that does not fit is rejected', async () => {
  await create('huge', 'true', { containers: [{ name: 'main', image: TEST_IMAGE, resources: { requests: { cpu: '1000' } } }] });
  const status = await eventually('a rejection', () => statusWhere('huge', (s) => s.phase === 'Failed'));
  assert.equal(status.reason, 'OutOfcpu');
});

test('a new kubelet adopts what runs', async () => {
  const before = pod('web')?.status.containerStatuses?.[0]?.containerID;
  await kubelet?.stop();
  assert.equal(await execInMain('web', ['echo', 'still here']), 'still here\n');
  kubelet = await begin();
  await sleep(1500);
  const after = pod('web')?.status.containerStatuses?.[0];
  assert.deepEqual([after?.containerID, after?.restartCount, after?.ready], [before, 0, true]);
});

test('a deleted pod ends gracefully and leaves nothing behind', async () => {
  const uid = pod('web')?.metadata.uid ?? '';
  await Promise.all(api.all<Pod>('/pods').map(({ metadata }) => client.resource(pods).delete(metadata.name, { namespace: 'default' })));
  await eventually('no pods', () => (api.all<Pod>('/pods').length === 0 ? true : undefined));
  await eventually('no directories', () =>
    readdirSync(join(root, 'pods')).length === 0 && !existsSync(join(logs, `default_web_${uid}`)) ? true : undefined,
  );
  const cri = criOver(openGrpcChannel(containerd.endpoint));
  const running = await cri.listContainers({ filter: { state: { state: 1 } } });
  cri.close();
  assert.deepEqual(running.containers, []);
});

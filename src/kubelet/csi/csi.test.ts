/** A driver that only notes what it is asked, behind real sockets: registration, staging, publishing and the way back. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import type { Node, PersistentVolume } from '../../api/core/v1.gen.ts';
import type { CSIDriver, CSINode, VolumeAttachment } from '../../api/storage/v1.gen.ts';
import { silentLogger } from '../../base/log.ts';
import { Client } from '../../client/client.ts';
import { nodes } from '../../client/resources.ts';
import { systemClock } from '../../host/clock.ts';
import { notFound } from '../../machinery/status-error.ts';
import { decode } from '../cri/codec/decode.ts';
import { encode } from '../cri/codec/encode.ts';
import { message, repeated, type Message } from '../cri/codec/message.ts';
import { MemoryApi } from '../testing/memory-api.ts';
import { testPod } from '../testing/test-pod.ts';
import { podPaths } from '../volumes/pod-paths.ts';
import { CsiDrivers } from './csi-drivers.ts';
import { CsiVolumes } from './csi-volumes.ts';
import {
  Empty,
  NodeCapability,
  NodeGetCapabilitiesResponse,
  NodeGetInfoResponse,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
  NodeUnpublishVolumeRequest,
  NodeUnstageVolumeRequest,
} from './messages.ts';
import { watchPlugins } from './plugin-watcher.ts';

const DRIVER = 'test.csi.example.com';
const root = mkdtempSync(join(tmpdir(), 'csi-'));
const socket = join(root, 'plugins_registry', 'driver-reg.sock');
const asked: [string, Record<string, unknown>][] = [];
const registered: unknown[] = [];
const stop = new AbortController();
const server = new grpc.Server();
const client = new Client(new MemoryApi());
const drivers = new CsiDrivers({ client, nodeName: 'n1', node: () => node });
const objects = new Map<string, CSIDriver>();
const attachments = new Map<string, VolumeAttachment>();
let node: Node | undefined;
let watching: Promise<void>;
let reported = 0;

const volumes = new CsiVolumes({
  clock: systemClock,
  log: silentLogger,
  drivers,
  paths: podPaths(root),
  directory: join(root, 'plugins/kubernetes.io/csi'),
  podsDirectory: join(root, 'pods'),
  nodeName: 'n1',
  driverObject: (name) => objects.get(name),
  attachment(name) {
    const found = attachments.get(name) ?? [...attachments.values()][0];
    return found ? Promise.resolve(found) : Promise.reject(notFound({ group: 'storage.k8s.io', resource: 'volumeattachments' }, name));
  },
  secret: () => Promise.reject(new Error('no secrets here')),
  tokens: (_pod, audience) => Promise.resolve({ token: `token for ${audience}`, expiresAt: Date.parse('2026-01-01T00:00:00Z') }),
  report() {
    reported++;
    return Promise.resolve();
  },
});

function serve(
  service: string,
  name: string,
  request: Message,
  response: Message,
  answer: (sent: Record<string, unknown>) => object,
): void {
  const path = `/${service}/${name}`;
  const identity = (bytes: Uint8Array) => Buffer.from(bytes);
  const definition = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  server.addService({ [name]: definition } as grpc.ServiceDefinition, {
    [name]: ((call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
      const sent = decode(request, call.request) as Record<string, unknown>;
      done(null, Buffer.from(encode(response, answer(sent))));
    }) as grpc.handleUnaryCall<Buffer, Buffer>,
  });
}

before(async () => {
  mkdirSync(join(root, 'plugins_registry'));
  mkdirSync(join(root, 'pods'));
  const note = (name: string) => (sent: Record<string, unknown>) => {
    asked.push([name, sent]);
    return {};
  };
  const info = message({ type: [1, 'string'], name: [2, 'string'], endpoint: [3, 'string'], supportedVersions: [4, repeated('string')] });
  serve('pluginregistration.Registration', 'GetInfo', Empty, info, () => ({
    type: 'CSIPlugin',
    name: DRIVER,
    endpoint: socket,
    supportedVersions: ['1.0.0'],
  }));
  serve('pluginregistration.Registration', 'NotifyRegistrationStatus', message({ pluginRegistered: [1, 'bool'] }), Empty, (status) => {
    registered.push(status['pluginRegistered']);
    return {};
  });
  serve('csi.v1.Node', 'NodeGetInfo', Empty, NodeGetInfoResponse, () => ({
    nodeId: 'disk-host-7',
    maxVolumesPerNode: 9,
    accessibleTopology: { segments: { 'example.com/rack': 'r1' } },
  }));
  serve('csi.v1.Node', 'NodeGetCapabilities', Empty, NodeGetCapabilitiesResponse, () => ({
    capabilities: [{ rpc: { type: NodeCapability.STAGE_UNSTAGE } }],
  }));
  serve('csi.v1.Node', 'NodeStageVolume', NodeStageVolumeRequest, Empty, note('stage'));
  serve('csi.v1.Node', 'NodePublishVolume', NodePublishVolumeRequest, Empty, (sent) => {
    mkdirSync(String(sent['targetPath']), { recursive: true });
    return note('publish')(sent);
  });
  serve('csi.v1.Node', 'NodeUnpublishVolume', NodeUnpublishVolumeRequest, Empty, note('unpublish'));
  serve('csi.v1.Node', 'NodeUnstageVolume', NodeUnstageVolumeRequest, Empty, note('unstage'));
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, grpc.ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())),
  );
  node = await client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {}, status: {} });
  watching = watchPlugins({
    directory: join(root, 'plugins_registry'),
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
    register: (plugin) => drivers.register(plugin),
    deregister: (plugin) => drivers.deregister(plugin),
  });
});

after(async () => {
  stop.abort();
  await watching;
  server.forceShutdown();
  rmSync(root, { recursive: true, force: true });
});

const pod = testPod();
const setup = { pod, volume: { name: 'data', persistentVolumeClaim: { claimName: 'data' } }, fsUser: undefined, fsGroup: undefined };
const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv1', namespace: '', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    mountOptions: ['noatime'],
    csi: { driver: DRIVER, volumeHandle: 'vol-1', fsType: 'ext4', volumeAttributes: { tier: 'fast' } },
  },
  status: {},
};

test('a driver is found by its socket and told that it was; the API learns of it', async () => {
  for (let tries = 0; registered.length === 0 && tries < 100; tries++) await sleep(50);
  assert.deepEqual(registered, [true]);
  const csiNode = (await client.transport.request({ method: 'GET', path: '/apis/storage.k8s.io/v1/csinodes/n1' })).body as CSINode;
  assert.deepEqual(csiNode.spec.drivers, [
    { name: DRIVER, nodeID: 'disk-host-7', topologyKeys: ['example.com/rack'], allocatable: { count: 9 } },
  ]);
  const { metadata } = await client.resource(nodes).get('n1');
  assert.equal(metadata.labels?.['example.com/rack'], 'r1');
  assert.equal(metadata.annotations?.['csi.volume.kubernetes.io/nodeid'], JSON.stringify({ [DRIVER]: 'disk-host-7' }));
});

test('a volume waits for its attachment, is staged, then published', async () => {
  objects.set(DRIVER, { spec: { attachRequired: true, podInfoOnMount: true, tokenRequests: [{ audience: 'vault' }] } } as CSIDriver);
  const mounting = volumes.setUpPersistent({ setup, volume, readOnly: false });
  await sleep(300);
  assert.deepEqual([asked.length, reported], [0, 1], 'not before it is attached, and reported in use');
  assert.deepEqual(volumes.inUse, [`kubernetes.io/csi/${DRIVER}^vol-1`]);
  attachments.set('any', { status: { attached: true, attachmentMetadata: { device: 'sdb' } } } as unknown as VolumeAttachment);
  const mounted = await mounting;
  assert.deepEqual(
    asked.map(([name]) => name),
    ['stage', 'publish'],
  );
  const [stage, publish] = asked.map(([, sent]) => sent);
  const capability = {
    mount: { fsType: 'ext4', mountFlags: ['noatime'], volumeMountGroup: '' },
    accessMode: { mode: 1 },
    block: undefined,
  };
  assert.partialDeepStrictEqual(stage, { volumeId: 'vol-1', publishContext: { device: 'sdb' }, volumeContext: { tier: 'fast' } });
  assert.deepEqual({ block: undefined, ...(stage?.['volumeCapability'] as object) }, capability);
  assert.equal(publish?.['stagingTargetPath'], stage?.['stagingTargetPath']);
  assert.equal(publish?.['targetPath'], mounted.hostPath);
  assert.equal(mounted.hostPath, join(root, 'pods', pod.metadata.uid, 'volumes/kubernetes.io~csi/pv1/mount'));
  const context = publish?.['volumeContext'] as Record<string, string>;
  assert.equal(context['csi.storage.k8s.io/pod.name'], 'web');
  assert.deepEqual(JSON.parse(context['csi.storage.k8s.io/serviceAccount.tokens'] ?? ''), {
    vault: { token: 'token for vault', expirationTimestamp: '2026-01-01T00:00:00Z' },
  });
  const data = JSON.parse(readFileSync(join(mounted.hostPath, '../vol_data.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual([data['driverName'], data['volumeHandle'], data['specVolID']], [DRIVER, 'vol-1', 'pv1']);
});

test('it is unstaged after the last pod has let go of it', async () => {
  const other = testPod({ metadata: { name: 'other', uid: '99999999-2222-3333-4444-555555555555' } });
  await volumes.setUpPersistent({ setup: { ...setup, pod: other }, volume, readOnly: false });
  asked.length = 0;
  await volumes.tearDown(pod.metadata.uid);
  assert.deepEqual(
    asked.map(([name]) => name),
    ['unpublish'],
  );
  await volumes.tearDown(other.metadata.uid);
  assert.deepEqual(
    asked.map(([name]) => name),
    ['unpublish', 'unpublish', 'unstage'],
  );
  assert.deepEqual(readdirSync(join(root, 'plugins/kubernetes.io/csi', DRIVER)), []);
  assert.deepEqual(volumes.inUse, []);
});

test('an inline volume needs a driver that says it makes such', async () => {
  const source = { driver: DRIVER, volumeAttributes: { size: '1' } };
  const inline = { ...setup, volume: { name: 'scratch', csi: source } };
  await assert.rejects(volumes.setUpInline(inline, source), /volume mode "Ephemeral" not supported by driver/);
  objects.set(DRIVER, { spec: { volumeLifecycleModes: ['Ephemeral'] } } as CSIDriver);
  asked.length = 0;
  const mounted = await volumes.setUpInline(inline, source);
  assert.match(String(asked[0]?.[1]['volumeId']), /^csi-[0-9a-f]{64}$/);
  assert.equal(asked[0]?.[1]['stagingTargetPath'], '');
  await volumes.tearDown(pod.metadata.uid);
  assert.equal(asked[1]?.[1]['targetPath'], mounted.hostPath);
});

test('a driver that goes is forgotten', async () => {
  rmSync(socket);
  for (let tries = 0; tries < 100; tries++) {
    try {
      drivers.get(DRIVER);
      await sleep(100);
    } catch (error) {
      assert.equal((error as Error).message, `driver name ${DRIVER} not found in the list of registered CSI drivers`);
      return;
    }
  }
  assert.fail('still there');
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import type { CSIDriver, VolumeAttachment } from '../../api/storage/v1.gen.ts';
import { at, claim, node, NOW, pod, volume } from '../shared/test-objects.ts';
import { attachmentName } from './attachment-name.ts';
import { desiredAttachments, type DesiredAttachment } from './desired.ts';
import { multiAttachMessage, planAttachments, reportedVolumes, type AttachDetachView } from './plan.ts';
import { csiVolumeName, parseCsiVolumeName } from './volume-name.ts';

const csi = { driver: 'd.example.com', volumeHandle: 'h' };
const pv = volume('pv', '1Gi', { csi, claimRef: { uid: 'uid-data' } });
const shared = volume('pv', '1Gi', { csi, accessModes: ['ReadWriteMany'] });
const VOLUME = 'kubernetes.io/csi/d.example.com^h';

const managed = (name: string, inUse: string[] = [], ready = 'True', taints: Node['spec']['taints'] = []): Node =>
  node(name, {
    metadata: { annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: { taints },
    status: { volumesInUse: inUse, conditions: [{ type: 'Ready', status: ready }] },
  });

const user = (name: string, on: string, extra: Parameters<typeof pod>[1] = {}): Pod =>
  pod(name, { ...extra, spec: { nodeName: on, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] } });

const attachment = (on: string, attached = true, deleted = false) => {
  const name = attachmentName('h', 'd.example.com', on);
  const metadata = { name, ...(deleted && { deletionTimestamp: at(0) }) };
  const object = {
    metadata,
    spec: { nodeName: on, attacher: 'd.example.com', source: {} },
    status: { attached },
  } as unknown as VolumeAttachment;
  return [name, { object, volumeName: VOLUME }] as const;
};

const wanted = (on: string, of = pv): [string, DesiredAttachment] => {
  const name = attachmentName('h', 'd.example.com', on);
  return [name, { name, volumeName: VOLUME, volume: of, nodeName: on, pods: [user('p', on)] }];
};

function view(
  desired: [string, DesiredAttachment][],
  actual: ReturnType<typeof attachment>[],
  nodes: Node[] = [],
  waitedMs = 0,
): AttachDetachView {
  return {
    now: NOW,
    desired: new Map(desired),
    actual: new Map(actual),
    node: (name) => nodes.find((n) => n.metadata.name === name),
    inUseWhenDeleted: () => undefined,
    unwantedSince: () => NOW - waitedMs,
  };
}

test('names', () => {
  assert.equal(csiVolumeName(pv), VOLUME);
  assert.deepEqual(parseCsiVolumeName(VOLUME), { driver: 'd.example.com', handle: 'h' });
  assert.equal(parseCsiVolumeName('kubernetes.io/nfs/x'), undefined);
  // As csi-attacher and kubelet compute it: sha256 of "hd.example.comn1".
  assert.equal(attachmentName('h', 'd.example.com', 'n1'), 'csi-bf00c1a8390d248b3d2cf999edcf90407ea15c756d80e7f004a227d25e1a3492');
});

describe('a volume is wanted where its pods are', () => {
  const of = (pods: Pod[], nodes: Node[], attachRequired?: boolean) =>
    [
      ...desiredAttachments(pods, {
        claim: () => ({ ...claim('1Gi', { volumeName: 'pv' }), status: { phase: 'Bound' } }),
        volume: () => pv,
        driver: () => (attachRequired === undefined ? undefined : ({ spec: { attachRequired } } as CSIDriver)),
        node: (name) => nodes.find((n) => n.metadata.name === name),
      }).values(),
    ].map((d) => `${d.nodeName}: ${d.pods.map((p) => p.metadata.name).join()}`);
  test('once for a node', () => assert.deepEqual(of([user('a', 'n1'), user('b', 'n1')], [managed('n1')]), ['n1: a,b']));
  test('not on nodes that attach themselves', () => assert.deepEqual(of([user('a', 'n1')], [node('n1')]), []));
  test('not for ended pods, nor for drivers that need none', () => {
    assert.deepEqual(of([user('a', 'n1', { status: { phase: 'Failed' } })], [managed('n1')]), []);
    assert.deepEqual(of([user('a', 'n1')], [managed('n1')], false), []);
  });
});

describe('attaching', () => {
  const nodesOf = (p: ReturnType<typeof planAttachments>) => p.attach.map((a) => a.nodeName);
  test('what is missing', () => assert.deepEqual(nodesOf(planAttachments(view([wanted('n1')], []))), ['n1']));
  test('to one node at a time', () => {
    const blocked = planAttachments(view([wanted('n2')], [attachment('n1')], [managed('n1', [VOLUME])]));
    assert.deepEqual([nodesOf(blocked), blocked.blocked[0]?.by], [[], ['n1']]);
    assert.deepEqual(nodesOf(planAttachments(view([wanted('n1'), wanted('n2')], []))), ['n1']);
  });
  test('to many if the volume allows it', () => {
    assert.deepEqual(nodesOf(planAttachments(view([wanted('n2', shared)], [attachment('n1')], [managed('n1', [VOLUME])]))), ['n2']);
  });
});

describe('detaching', () => {
  const run = (nodes: Node[], waitedMs = 0) => planAttachments(view([], [attachment('n1')], nodes, waitedMs));
  test('what the node uses no longer, after asking it', () => {
    assert.deepEqual(run([managed('n1')]).detach.map((d) => d.verify), [true]); // prettier-ignore
  });
  test('not what it uses', () => {
    const waiting = run([managed('n1', [VOLUME])]);
    assert.deepEqual([waiting.detach.length, waiting.recheckMs], [0, 361_000]);
  });
  test('by force from nodes that are down, after six minutes', () => {
    assert.equal(run([managed('n1', [VOLUME], 'Unknown')], 350_000).detach.length, 0);
    assert.deepEqual(run([managed('n1', [VOLUME], 'Unknown')], 361_000).detach.map((d) => d.verify), [false]); // prettier-ignore
    assert.equal(run([managed('n1', [VOLUME], 'True')], 361_000).detach.length, 0);
    assert.equal(run([], 361_000).detach.length, 1);
  });
  test('at once from nodes out of service', () => {
    const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    assert.equal(run([managed('n1', [VOLUME], 'Unknown', taints)]).detach.length, 1);
  });
});

test('nodes show what is attached and stays', () => {
  const actual = new Map([attachment('n1'), attachment('n2', false), attachment('n3', true, true), attachment('n4')]);
  const leaving = new Set([attachment('n4')[0]]);
  assert.deepEqual(Object.fromEntries(reportedVolumes(actual, leaving)), { n1: [VOLUME] });
});

test('pods hear who has their volume', () => {
  const other = { ...user('b', 'n2'), metadata: { ...user('b', 'n2').metadata, namespace: 'elsewhere' } };
  assert.equal(
    multiAttachMessage('pv', user('p', 'n1'), [user('a', 'n2'), other]),
    'Multi-Attach error for volume "pv" Volume is already used by pod(s) a and 1 pod(s) in different namespaces',
  );
  assert.match(multiAttachMessage('pv', user('p', 'n1'), []), /already exclusively attached to one node/);
});

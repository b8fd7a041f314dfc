import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staticPod } from './static-pod.ts';

const manifest = (spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'etcd' },
  spec: { containers: [{ name: 'e', image: 'etcd:3' }], ...spec },
});
const make = (given: unknown) => staticPod(given, '/etc/kubernetes/manifests/etcd.yaml', 'Node-1', Date.parse('2026-01-01T00:00:00Z'));

test('it is named after its node and marked as what it is', () => {
  const pod = make(manifest());
  assert.deepEqual([pod.metadata.name, pod.metadata.namespace, pod.spec.nodeName], ['etcd-node-1', 'default', 'Node-1']);
  assert.equal(pod.metadata.annotations?.['kubernetes.io/config.source'], 'file');
  assert.equal(pod.metadata.annotations?.['kubernetes.io/config.hash'], pod.metadata.uid);
  assert.equal(pod.spec.containers[0]?.imagePullPolicy, 'IfNotPresent');
});

test('its uid follows from what it is', () => {
  assert.equal(make(manifest()).metadata.uid, make(manifest()).metadata.uid);
  assert.notEqual(make(manifest()).metadata.uid, make(manifest({ hostNetwork: true })).metadata.uid);
});

test('it may not depend on the API', () => {
  assert.throws(() => make(manifest({ volumes: [{ name: 'v', secret: { secretName: 's' } }] })), /static pods may not reference secrets/);
  assert.throws(() => make(manifest({ serviceAccountName: 'sa' })), /static pods may not reference serviceaccounts/);
  assert.throws(() => make({ kind: 'Deployment' }), /not a v1 Pod/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import { make, pod } from '../../admission/testing.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import { NodeAuthorizer } from './node-authorizer.ts';
import { NodeGraph } from './node-graph.ts';

const user = (node: string, groups = ['system:nodes', 'system:authenticated']) => ({ name: node, groups });
const node1 = user('system:node:n1');

/** `verb group/resource[/sub] [ns/]name [selector]`; the core group is left out, `-` is no name. */
function ask(authorizer: NodeAuthorizer, text: string, who = node1) {
  const [verb = '', what = '', target = '-', fieldSelector] = text.split(' ');
  const [group = '', rest = ''] = what.includes(':') ? what.split(':') : ['', what];
  const [resource = '', subresource = ''] = rest.split('/');
  const [namespace = '', name = ''] = target.includes('/') ? target.split('/') : ['', target === '-' ? '' : target];
  return authorizer.authorize({
    user: who,
    verb,
    group,
    resource,
    subresource,
    namespace,
    name,
    version: 'v1',
    isResourceRequest: true,
    path: '',
    ...(fieldSelector && { fieldSelector }),
  });
}

function setUp() {
  const registry = new FakeRegistryReader();
  const put = (o: AnyObject, group = '') => registry.put(group, `${o.kind.toLowerCase()}s`, o);
  const volumes = [
    { name: 'a', secret: { secretName: 'vol-secret' } },
    { name: 'b', configMap: { name: 'vol-config' } },
    { name: 'c', persistentVolumeClaim: { claimName: 'claim' } },
    { name: 'd', ephemeral: { volumeClaimTemplate: {} } },
    { name: 'e', projected: { sources: [{ secret: { name: 'proj-secret' } }, { configMap: { name: 'proj-config' } }] } },
  ];
  const container = {
    name: 'c',
    image: 'i',
    env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env-secret', key: 'k' } } }],
    envFrom: [{ configMapRef: { name: 'env-config' } }],
  };
  const spec = {
    nodeName: 'n1',
    serviceAccountName: 'sa',
    imagePullSecrets: [{ name: 'pull' }],
    volumes,
    containers: [container],
    resourceClaims: [
      { name: 'r', resourceClaimTemplateName: 't' },
      { name: 's', resourceClaimName: 'direct' },
    ],
  };
  put(pod(spec, { uid: 'u1' }, { status: { resourceClaimStatuses: [{ name: 'r', resourceClaimName: 'p-r-1' }] } }));
  put(pod({ ...spec, nodeName: 'n2', volumes: [{ name: 'a', secret: { secretName: 'other-secret' } }] }, { name: 'q', uid: 'u2' }));
  put(
    pod(
      { nodeName: 'n1', volumes: [{ name: 'a', secret: { secretName: 'mirror-secret' } }], serviceAccountName: 'mirror-sa' },
      { name: 'm', uid: 'u3', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    ),
  );
  put(
    make(
      'PersistentVolume',
      { name: 'pv' },
      {
        spec: {
          claimRef: { namespace: 'ns', name: 'claim' },
          csi: {
            driver: 'd',
            nodeStageSecretRef: { namespace: 'csi', name: 'stage' },
            controllerPublishSecretRef: { namespace: 'csi', name: 'publish' },
          },
        },
      },
    ),
  );
  put(make('PersistentVolume', { name: 'free' }, { spec: {} }));
  put(make('VolumeAttachment', { name: 'va' }, { spec: { nodeName: 'n1' } }), 'storage.k8s.io');
  put(make('ResourceSlice', { name: 'slice' }, { spec: { nodeName: 'n1' } }), 'resource.k8s.io');
  return { registry, authorizer: new NodeAuthorizer(new NodeGraph(registry)) };
}

const ALLOWED = [
  'get secrets ns/vol-secret',
  'list secrets ns/vol-secret',
  'watch secrets ns/env-secret',
  'get secrets ns/proj-secret',
  'get secrets ns/pull',
  'get configmaps ns/vol-config',
  'get configmaps ns/env-config',
  'get configmaps ns/proj-config',
  'get persistentvolumeclaims ns/claim',
  'get persistentvolumeclaims ns/p-d',
  'update persistentvolumeclaims/status ns/claim',
  'get persistentvolumes pv',
  'get secrets csi/stage',
  'get resource.k8s.io:resourceclaims ns/p-r-1',
  'get resource.k8s.io:resourceclaims ns/direct',
  'get serviceaccounts ns/sa',
  'create serviceaccounts/token ns/sa',
  'get storage.k8s.io:volumeattachments va',
  'get coordination.k8s.io:leases kube-node-lease/n1',
  'create coordination.k8s.io:leases kube-node-lease/',
  'patch coordination.k8s.io:leases kube-node-lease/n1',
  'create storage.k8s.io:csinodes -',
  'get storage.k8s.io:csinodes n1',
  'update storage.k8s.io:csinodes n1',
  'create resource.k8s.io:resourceslices -',
  'delete resource.k8s.io:resourceslices slice',
  'list resource.k8s.io:resourceslices - spec.nodeName=n1',
  'deletecollection resource.k8s.io:resourceslices - spec.nodeName=n1',
  'get nodes n1',
  'list nodes n1',
  'watch nodes n1',
  'create nodes -',
  'patch nodes/status n2',
  'update nodes n1',
  'get pods ns/p',
  'list pods - spec.nodeName=n1',
  'watch pods - spec.nodeName=n1,status.phase!=x',
  'list pods ns/p',
  'create pods ns/',
  'delete pods ns/q',
  'patch pods/status ns/p',
  'create pods/eviction ns/q',
  'list services -',
  'watch services -',
  'create events ns/',
  'create events.k8s.io:events ns/',
  'get endpoints ns/x',
  'create certificates.k8s.io:certificatesigningrequests -',
  'create authentication.k8s.io:tokenreviews -',
  'create authorization.k8s.io:subjectaccessreviews -',
  'list node.k8s.io:runtimeclasses -',
  'list storage.k8s.io:csidrivers -',
];
const REFUSED: [string, string][] = [
  ['get secrets ns/other-secret', "no relationship found between node 'n1' and this object"],
  ['get secrets ns/mirror-secret', "no relationship found between node 'n1' and this object"],
  ['get secrets other/vol-secret', "no relationship found between node 'n1' and this object"],
  ['get secrets csi/publish', "no relationship found between node 'n1' and this object"],
  ['list secrets ns/', 'No Object name found'],
  ['list secrets -', 'can only read namespaced object of this type'],
  ['create secrets ns/vol-secret', 'can only read resources of this type'],
  ['get secrets/x ns/vol-secret', 'cannot read subresource'],
  ['list persistentvolumeclaims ns/claim', 'can only get individual resources of this type'],
  ['get persistentvolumeclaims/status ns/claim', 'can only get/update/patch this type'],
  ['get persistentvolumes free', "no relationship found between node 'n1' and this object"],
  ['create serviceaccounts/token ns/mirror-sa', "no relationship found between node 'n1' and this object"],
  ['create serviceaccounts/token ns/', 'can only create tokens for individual service accounts'],
  ['create serviceaccounts/x ns/sa', 'can only create token subresource of serviceaccount'],
  ['list serviceaccounts ns/sa', 'can only create tokens for individual service accounts'],
  ['get coordination.k8s.io:leases kube-node-lease/n2', 'can only access node lease with the same name as the requesting node'],
  ['get coordination.k8s.io:leases ns/n1', 'can only access leases in the "kube-node-lease" system namespace'],
  ['list coordination.k8s.io:leases kube-node-lease/n1', 'can only get, create, update, patch, or delete a node lease'],
  ['get storage.k8s.io:csinodes n2', 'can only access CSINode with the same name as the requesting node'],
  ['list storage.k8s.io:csinodes -', 'can only get, create, update, patch, or delete a CSINode'],
  ['list resource.k8s.io:resourceslices -', 'can only list/watch/deletecollection resourceslices with nodeName field selector'],
  [
    'list resource.k8s.io:resourceslices - spec.nodeName=n2',
    'can only list/watch/deletecollection resourceslices with nodeName field selector',
  ],
  ['get resource.k8s.io:resourceslices foreign', "no relationship found between node 'n1' and this object"],
  ['list nodes -', "node 'n1' cannot read all nodes, only its own Node object"],
  ['get nodes n2', "node 'n1' cannot read 'n2', only its own Node object"],
  ['delete nodes n1', ''],
  ['get nodes/proxy n1', ''],
  ['list pods -', 'can only list/watch pods with spec.nodeName field selector'],
  ['list pods - spec.nodeName!=n1', 'can only list/watch pods with spec.nodeName field selector'],
  ['list pods - spec.nodeName=n2', 'can only list/watch pods with spec.nodeName field selector'],
  ['get pods ns/q', "no relationship found between node 'n1' and this object"],
  ['create pods/exec ns/p', ''],
  ['update pods ns/p', ''],
  ['list apps:deployments -', ''],
];

test('what a node may, and may not', async () => {
  const { authorizer } = setUp();
  for (const text of ALLOWED) assert.equal((await ask(authorizer, text)).decision, 'allow', text);
  for (const [text, reason] of REFUSED) assert.deepEqual(await ask(authorizer, text), { decision: 'no-opinion', reason }, text);
});

test('who is no node has nothing from this authorizer', async () => {
  const { authorizer } = setUp();
  for (const who of [user('system:node:n1', []), user('n1'), user('system:node'), { name: 'alice', groups: ['system:nodes'] }]) {
    assert.equal((await ask(authorizer, 'get secrets ns/vol-secret', who)).decision, 'no-opinion', who.name);
    assert.equal((await ask(authorizer, 'list services -', who)).decision, 'no-opinion', who.name);
  }
  assert.deepEqual(await ask(authorizer, 'list services -', user('system:node:')), {
    decision: 'no-opinion',
    reason: 'unknown node for user "system:node:"',
  });
});

test('rights come and go with pods, volumes and claims', async () => {
  const { registry, authorizer } = setUp();
  const may = async (text: string) => (await ask(authorizer, text)).decision === 'allow';
  registry.put('', 'pods', pod({ nodeName: 'n1', serviceAccountName: 'sa' }, { name: 'second', uid: 'u9' }));
  await registry.delete('', 'pods', 'ns', 'p');
  assert.deepEqual(
    [
      await may('get secrets ns/vol-secret'),
      await may('get persistentvolumes pv'),
      await may('get secrets csi/stage'),
      await may('get pods ns/p'),
    ],
    [false, false, false, false],
  );
  assert.equal(await may('create serviceaccounts/token ns/sa'), true, 'another pod still uses the account');
  registry.put('', 'pods', pod({ nodeName: 'n1' }, { name: 'eph', uid: 'u5' }));
  assert.equal(await may('get secrets ns/debug'), false);
  registry.put(
    '',
    'pods',
    pod(
      { nodeName: 'n1', ephemeralContainers: [{ name: 'd', image: 'i', envFrom: [{ secretRef: { name: 'debug' } }] }] },
      { name: 'eph', uid: 'u5' },
    ),
  );
  assert.equal(await may('get secrets ns/debug'), true);
  registry.put('', 'pods', pod({ nodeName: 'n2' }, { name: 'eph', uid: 'u6' }));
  assert.equal(await may('get secrets ns/debug'), false);
});

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import type { AdmissionOperation } from '../admission.ts';
import { certificateApproval } from '../certificates/certificate-approval.ts';
import { certificateSigning } from '../certificates/certificate-signing.ts';
import { certificateSubjectRestriction } from '../certificates/certificate-subject-restriction.ts';
import { nodeRestriction } from '../node-restriction.ts';
import { make, pod, run } from '../testing.ts';

type Json = Record<string, unknown>;
const NODE = { name: 'system:node:mine', groups: ['system:nodes', 'system:authenticated'] };
const OWNER = { apiVersion: 'v1', kind: 'Node', name: 'mine', uid: 'node-uid', controller: true };

function mirror(spec: Json = {}, metadata: Json = {}): AnyObject {
  return pod(
    { nodeName: 'mine', ...spec },
    { uid: 'pod-uid', annotations: { 'kubernetes.io/config.mirror': 'h' }, ownerReferences: [OWNER], ...metadata },
  );
}

const registry = new FakeRegistryReader();
registry.put('', 'nodes', make('Node', { name: 'mine', uid: 'node-uid' }));
registry.put(
  '',
  'pods',
  pod(
    {
      nodeName: 'mine',
      volumes: [
        { name: 'v', projected: { sources: [{ serviceAccountToken: { audience: 'vault' } }] } },
        { name: 'c', csi: { driver: 'csi.example' } },
        { name: 'd', persistentVolumeClaim: { claimName: 'claim' } },
      ],
    },
    { name: 'own', uid: 'own-uid' },
  ),
);
registry.put('', 'pods', pod({ nodeName: 'other' }, { name: 'foreign', uid: 'foreign-uid' }));
registry.put(
  '',
  'persistentvolumeclaims',
  make('PersistentVolumeClaim', { name: 'claim', namespace: 'ns' }, { spec: { volumeName: 'pv' } }),
);
registry.put('', 'persistentvolumes', make('PersistentVolume', { name: 'pv' }, { spec: { csi: { driver: 'other.example' } } }));
registry.put(
  'storage.k8s.io',
  'csidrivers',
  make('CSIDriver', { name: 'csi.example' }, { spec: { tokenRequests: [{ audience: 'csi' }] } }),
);
registry.put(
  'storage.k8s.io',
  'csidrivers',
  make('CSIDriver', { name: 'other.example' }, { spec: { tokenRequests: [{ audience: 'other' }] } }),
);
const plugin = nodeRestriction({
  registry,
  authorizer: {
    name: 'test',
    authorize: async (a) => ({
      decision: a.verb === 'request-serviceaccounts-token-audience' && a.resource === 'granted' ? 'allow' : 'no-opinion',
      reason: '',
    }),
  },
});

interface Case {
  readonly what: string;
  readonly resource: string;
  readonly operation?: AdmissionOperation;
  readonly object?: AnyObject;
  readonly oldObject?: AnyObject;
  readonly name?: string;
  readonly user?: typeof NODE;
  /** undefined: allowed. */
  readonly problem?: RegExp;
}

const node = (metadata: Json = {}, spec: Json = {}) => make('Node', { name: 'mine', ...metadata }, { spec });
const status = (metadata: Json, more: Json = {}) => pod({ nodeName: 'mine' }, metadata, { status: more });
const claim = (status_: Json, metadata: Json = {}) =>
  make('PersistentVolumeClaim', { name: 'c', namespace: 'ns', ...metadata }, { status: status_ });
const token = (boundObjectRef: Json | undefined, audiences?: string[]) =>
  make('TokenRequest', { name: '' }, { spec: { boundObjectRef, audiences } });
const OWN_POD = { kind: 'Pod', apiVersion: 'v1', name: 'own', uid: 'own-uid' };

const CASES: Case[] = [
  { what: 'others are not restricted', resource: 'pods', object: pod(), user: { name: 'alice', groups: ['system:nodes'] } },
  {
    what: 'a node without a name',
    resource: 'pods',
    object: pod(),
    user: { ...NODE, name: 'system:node:' },
    problem: /could not determine node from user "system:node:"/,
  },
  // Pods
  { what: 'a mirror pod', resource: 'pods', object: mirror() },
  {
    what: 'no mirror pod',
    resource: 'pods',
    object: pod({ nodeName: 'mine' }),
    problem: /pod does not have "kubernetes.io\/config.mirror" annotation, node "mine" can only create mirror pods/,
  },
  {
    what: 'on another node',
    resource: 'pods',
    object: mirror({ nodeName: 'other' }),
    problem: /can only create pods with spec.nodeName set to itself/,
  },
  { what: 'on no node', resource: 'pods', object: mirror({ nodeName: undefined }), problem: /spec.nodeName set to itself/ },
  {
    what: 'no owner',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [] }),
    problem: /can only create pods with an owner reference set to itself/,
  },
  {
    what: 'two owners',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [OWNER, OWNER] }),
    problem: /a single owner reference set to itself/,
  },
  {
    what: 'another owner',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [{ ...OWNER, name: 'other' }] }),
    problem: /an owner reference set to itself/,
  },
  {
    what: 'another kind of owner',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [{ ...OWNER, kind: 'Pod' }] }),
    problem: /an owner reference set to itself/,
  },
  {
    what: 'owner, no controller',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [{ ...OWNER, controller: false }] }),
    problem: /a controller owner reference set to itself/,
  },
  {
    what: 'owner that blocks',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [{ ...OWNER, blockOwnerDeletion: true }] }),
    problem: /must not set blockOwnerDeletion/,
  },
  {
    what: 'owner with another UID',
    resource: 'pods',
    object: mirror({}, { ownerReferences: [{ ...OWNER, uid: 'x' }] }),
    problem: /node mine UID mismatch: expected x got node-uid/,
  },
  {
    what: 'service account',
    resource: 'pods',
    object: mirror({ serviceAccountName: 'sa' }),
    problem: /can not create pods that reference serviceaccounts/,
  },
  { what: 'secret', resource: 'pods', object: mirror({ imagePullSecrets: [{ name: 's' }] }), problem: /reference secrets/ },
  {
    what: 'config map',
    resource: 'pods',
    object: mirror({ containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'x' } }] }] }),
    problem: /reference configmaps/,
  },
  { what: 'resource claims', resource: 'pods', object: mirror({ resourceClaims: [{ name: 'r' }] }), problem: /reference resourceclaims/ },
  {
    what: 'volume claim',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }),
    problem: /reference persistentvolumeclaims/,
  },
  {
    what: 'ephemeral volume',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', ephemeral: {} }] }),
    problem: /persistentvolumeclaims \(via ephemeral volumes\)/,
  },
  {
    what: 'CSI volume',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', csi: { driver: 'd' } }] }),
    problem: /csidrivers \(via CSI volumes\)/,
  },
  {
    what: 'projected token',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: {} }] } }] }),
    problem: /serviceaccounts \(via projected volumes\)/,
  },
  {
    what: 'trust bundle',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: {} }] } }] }),
    problem: /clustertrustbundles/,
  },
  {
    what: 'local volumes',
    resource: 'pods',
    object: mirror({
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', emptyDir: {} },
        { name: 'x', projected: { sources: [{ downwardAPI: {} }] } },
      ],
    }),
  },
  {
    what: 'unknown volume',
    resource: 'pods',
    object: mirror({ volumes: [{ name: 'v', future: {} }] }),
    problem: /unknown volume type for volume v/,
  },
  { what: 'delete an own pod', resource: 'pods', operation: 'DELETE', oldObject: pod({}, { name: 'own' }) },
  {
    what: 'delete a foreign pod',
    resource: 'pods',
    operation: 'DELETE',
    oldObject: pod({}, { name: 'foreign' }),
    problem: /node "mine" can only delete pods with spec.nodeName set to itself/,
  },
  {
    what: 'delete an absent pod',
    resource: 'pods',
    operation: 'DELETE',
    oldObject: pod({}, { name: 'absent' }),
    problem: /pods "absent" not found/,
  },
  {
    what: 'update a pod',
    resource: 'pods',
    operation: 'UPDATE',
    object: mirror(),
    oldObject: mirror(),
    problem: /unexpected operation "UPDATE", node "mine" can only create and delete mirror pods/,
  },
  { what: 'status', resource: 'pods/status', operation: 'UPDATE', object: status({}, { phase: 'Running' }), oldObject: status({}) },
  {
    what: 'status of a foreign pod',
    resource: 'pods/status',
    operation: 'UPDATE',
    object: pod(),
    oldObject: pod({ nodeName: 'other' }),
    problem: /can only update pod status for pods with spec.nodeName set to itself/,
  },
  {
    what: 'labels through status',
    resource: 'pods/status',
    operation: 'UPDATE',
    object: status({ labels: { a: 'b' } }),
    oldObject: status({}),
    problem: /cannot update labels through pod status/,
  },
  {
    what: 'claim statuses',
    resource: 'pods/status',
    operation: 'UPDATE',
    object: status({}, { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'b' }] }),
    oldObject: status({}),
    problem: /cannot update resource claim statues/,
  },
  { what: 'eviction', resource: 'pods/eviction', object: make('Eviction', { name: 'own', namespace: 'ns' }), name: 'own' },
  {
    what: 'eviction of a foreign pod',
    resource: 'pods/eviction',
    object: make('Eviction', { name: 'foreign', namespace: 'ns' }),
    name: 'foreign',
    problem: /node mine can only evict pods with spec.nodeName set to itself/,
  },
  {
    what: 'exec',
    resource: 'pods/exec',
    object: make('PodExecOptions', { name: 'own', namespace: 'ns' }),
    problem: /unexpected pod subresource "exec", only 'status' and 'eviction' are allowed/,
  },
  // Nodes
  {
    what: 'register',
    resource: 'nodes',
    object: node({
      labels: {
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/x': 'y',
        'kubelet.kubernetes.io/a': 'b',
        custom: 'c',
        'example.com/d': 'e',
      },
    }),
  },
  {
    what: 'register another',
    resource: 'nodes',
    object: node({ name: 'other' }),
    problem: /node "mine" is not allowed to modify node "other"/,
  },
  {
    what: 'register with a restricted label',
    resource: 'nodes',
    object: node({ labels: { 'node-restriction.kubernetes.io/a': 'b', 'foo.node-restriction.kubernetes.io/b': 'c' } }),
    problem: /not allowed to set the following labels: foo.node-restriction.kubernetes.io\/b, node-restriction.kubernetes.io\/a/,
  },
  {
    what: 'register with a kubernetes.io label',
    resource: 'nodes',
    object: node({ labels: { 'foo.kubernetes.io/x': 'y' } }),
    problem: /following labels: foo.kubernetes.io\/x/,
  },
  {
    what: 'register with a k8s.io label',
    resource: 'nodes',
    object: node({ labels: { 'k8s.io/x': 'y' } }),
    problem: /following labels: k8s.io\/x/,
  },
  { what: 'register with a config source', resource: 'nodes', object: node({}, { configSource: {} }), problem: /non-nil configSource/ },
  { what: 'update own status', resource: 'nodes/status', operation: 'UPDATE', object: node(), oldObject: node() },
  {
    what: 'update a label away',
    resource: 'nodes',
    operation: 'UPDATE',
    object: node(),
    oldObject: node({ labels: { 'node-restriction.kubernetes.io/a': 'b' } }),
    problem: /is not allowed to modify labels: node-restriction.kubernetes.io\/a/,
  },
  {
    what: 'update taints',
    resource: 'nodes',
    operation: 'UPDATE',
    object: node({}, { taints: [] }),
    oldObject: node({}, { taints: [{ key: 'k' }] }),
    problem: /is not allowed to modify taints/,
  },
  {
    what: 'update owners',
    resource: 'nodes',
    operation: 'UPDATE',
    object: node({ ownerReferences: [OWNER] }),
    oldObject: node(),
    problem: /is not allowed to modify ownerReferences/,
  },
  {
    what: 'delete another',
    resource: 'nodes',
    operation: 'DELETE',
    oldObject: node({ name: 'other' }),
    problem: /is not allowed to modify node "other"/,
  },
  // Claims
  {
    what: 'capacity of a claim',
    resource: 'persistentvolumeclaims/status',
    operation: 'UPDATE',
    object: claim({ capacity: { storage: '2Gi' }, conditions: [] }),
    oldObject: claim({ capacity: { storage: '1Gi' } }),
  },
  {
    what: 'phase of a claim',
    resource: 'persistentvolumeclaims/status',
    operation: 'UPDATE',
    object: claim({ phase: 'Lost' }),
    oldObject: claim({ phase: 'Bound' }),
    problem: /not allowed to update fields other than status.quantity and status.conditions/,
  },
  {
    what: 'labels of a claim',
    resource: 'persistentvolumeclaims/status',
    operation: 'UPDATE',
    object: claim({}, { labels: { a: 'b' } }),
    oldObject: claim({}),
    problem: /not allowed to update fields/,
  },
  {
    what: 'a claim itself',
    resource: 'persistentvolumeclaims',
    operation: 'UPDATE',
    object: claim({}),
    oldObject: claim({}),
    problem: /may only update PVC status/,
  },
  // Tokens
  { what: 'token for the API', resource: 'serviceaccounts/token', object: token(OWN_POD, ['vault']), name: 'sa' },
  { what: 'token of a CSI driver', resource: 'serviceaccounts/token', object: token(OWN_POD, ['csi']), name: 'sa' },
  { what: "token of a volume's CSI driver", resource: 'serviceaccounts/token', object: token(OWN_POD, ['other']), name: 'sa' },
  { what: 'token that RBAC grants', resource: 'serviceaccounts/token', object: token(OWN_POD, ['granted']), name: 'sa' },
  {
    what: 'token of an audience nobody asked for',
    resource: 'serviceaccounts/token',
    object: token(OWN_POD, ['bank']),
    name: 'sa',
    problem: /audience "bank" not found in pod spec volume, system:node:mine is not authorized to request tokens for this audience/,
  },
  {
    what: 'two audiences',
    resource: 'serviceaccounts/token',
    object: token(OWN_POD, ['vault', 'csi']),
    name: 'sa',
    problem: /node may only request 0 or 1 audiences/,
  },
  {
    what: 'unbound token',
    resource: 'serviceaccounts/token',
    object: token(undefined),
    name: 'sa',
    problem: /node requested token not bound to a pod/,
  },
  {
    what: 'token bound to a secret',
    resource: 'serviceaccounts/token',
    object: token({ kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'u' }),
    name: 'sa',
    problem: /not bound to a pod/,
  },
  {
    what: 'token without a UID',
    resource: 'serviceaccounts/token',
    object: token({ ...OWN_POD, uid: '' }),
    name: 'sa',
    problem: /pod binding without a uid/,
  },
  {
    what: 'token for a pod made again',
    resource: 'serviceaccounts/token',
    object: token({ ...OWN_POD, uid: 'x' }),
    name: 'sa',
    problem: /does not match the UID in record/,
  },
  {
    what: 'token for a foreign pod',
    resource: 'serviceaccounts/token',
    object: token({ kind: 'Pod', apiVersion: 'v1', name: 'foreign', uid: 'foreign-uid' }),
    name: 'sa',
    problem: /bound to a pod scheduled on a different node/,
  },
  // Others
  { what: 'own lease', resource: 'leases.coordination.k8s.io', object: make('Lease', { name: 'mine', namespace: 'kube-node-lease' }) },
  {
    what: 'foreign lease',
    resource: 'leases.coordination.k8s.io',
    object: make('Lease', { name: 'other', namespace: 'kube-node-lease' }),
    problem: /can only access node lease with the same name/,
  },
  {
    what: 'lease elsewhere',
    resource: 'leases.coordination.k8s.io',
    object: make('Lease', { name: 'mine', namespace: 'ns' }),
    problem: /can only access leases in the "kube-node-lease" system namespace/,
  },
  { what: 'own CSINode', resource: 'csinodes.storage.k8s.io', object: make('CSINode', { name: 'mine' }) },
  {
    what: 'foreign CSINode',
    resource: 'csinodes.storage.k8s.io',
    operation: 'UPDATE',
    object: make('CSINode', { name: 'other' }),
    oldObject: make('CSINode', { name: 'other' }),
    problem: /can only access CSINode with the same name/,
  },
  {
    what: 'own slice',
    resource: 'resourceslices.resource.k8s.io',
    object: make('ResourceSlice', { name: 's' }, { spec: { nodeName: 'mine' } }),
  },
  {
    what: 'foreign slice',
    resource: 'resourceslices.resource.k8s.io',
    operation: 'DELETE',
    oldObject: make('ResourceSlice', { name: 's' }, { spec: { nodeName: 'other' } }),
    problem: /can only delete ResourceSlice with the same NodeName/,
  },
];

test('what a kubelet may write', async () => {
  for (const { what, resource, operation, object, oldObject, name, user, problem } of CASES) {
    const call = run(plugin, {
      resource,
      user: user ?? NODE,
      namespace: object?.metadata.namespace ?? (resource.startsWith('serviceaccounts') ? 'ns' : (oldObject?.metadata.namespace ?? '')),
      object,
      oldObject,
      ...(operation && { operation }),
      ...(name !== undefined && { name }),
    });
    if (problem)
      await assert.rejects(
        call,
        (e) => (e instanceof StatusError && problem.test(e.message) ? true : assert.fail(`${what}: ${String(e)}`)),
        what,
      );
    else await assert.doesNotReject(call, what);
  }
});

async function certificateRequest(subject: string): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: algorithm });
  return Buffer.from(request.toString('pem')).toString('base64');
}
const csr = (signerName: string, request: string, status_: Json = {}) =>
  make('CertificateSigningRequest', { name: 'c' }, { spec: { signerName, request }, status: status_ });

test('certificate requests: in the own name, never as a superuser', async () => {
  const resource = 'certificatesigningrequests.certificates.k8s.io';
  const ask = async (signer: string, subject: string) =>
    run(plugin, { resource, user: NODE, object: csr(signer, await certificateRequest(subject)) });
  await ask('kubernetes.io/kubelet-serving', 'CN=system:node:mine, O=system:nodes');
  await ask('example.com/any', 'CN=whatever');
  await assert.rejects(
    ask('kubernetes.io/kube-apiserver-client-kubelet', 'CN=system:node:other, O=system:nodes'),
    /can only create a node CSR with CN=system:node:mine/,
  );
  await assert.rejects(
    run(plugin, { resource, user: NODE, object: csr('kubernetes.io/kubelet-serving', 'AAAA') }),
    /unable to parse csr: /,
  );
  const superuser = await certificateRequest('CN=x, O=a, O=system:masters');
  await assert.rejects(
    run(certificateSubjectRestriction, { resource, object: csr('kubernetes.io/kube-apiserver-client', superuser) }),
    /use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed/,
  );
  await run(certificateSubjectRestriction, {
    resource,
    object: csr('kubernetes.io/kube-apiserver-client', await certificateRequest('CN=x, O=a')),
  });
  await run(certificateSubjectRestriction, { resource, object: csr('example.com/x', superuser) });
});

test('approving and signing take the right for the signer, or for its domain', async () => {
  const asked: string[] = [];
  const authorizer = (granted: string) => ({
    name: 'test',
    authorize: async (a: { verb: string; resource: string; name: string }) => {
      asked.push(`${a.verb} ${a.resource} ${a.name}`);
      return { decision: a.name === granted ? ('allow' as const) : ('no-opinion' as const), reason: '' };
    },
  });
  const approve = (granted: string) =>
    run(certificateApproval(authorizer(granted)), {
      resource: 'certificatesigningrequests.certificates.k8s.io/approval',
      operation: 'UPDATE',
      object: csr('a.b/c', ''),
      oldObject: csr('a.b/c', ''),
    });
  await approve('a.b/c');
  await approve('a.b/*');
  assert.deepEqual(asked, ['approve signers a.b/c', 'approve signers a.b/c', 'approve signers a.b/*']);
  await assert.rejects(approve('x'), /user not permitted to approve requests with signerName "a.b\/c"/);
  const sign = (object: AnyObject) =>
    run(certificateSigning(authorizer('x')), {
      resource: 'certificatesigningrequests.certificates.k8s.io/status',
      operation: 'UPDATE',
      object,
      oldObject: csr('a.b/c', ''),
    });
  await sign(csr('a.b/c', ''));
  await assert.rejects(sign(csr('a.b/c', '', { certificate: 'AAAA' })), /user not permitted to sign requests with signerName "a.b\/c"/);
});

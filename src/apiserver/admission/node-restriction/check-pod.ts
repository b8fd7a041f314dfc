import { isDeepStrictEqual } from 'node:util';
import type { Pod, Volume } from '../../../api/core/v1.gen.ts';
import { notFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';
import { asPod, isMirrorPod, MIRROR_POD_ANNOTATION } from '../pod/pod-of.ts';
import { configMapNames, secretNames } from '../pod/references.ts';

/** A kubelet makes mirror pods of its own node's static pods, and deletes pods of its own node. */
export function checkPod(a: AdmissionAttributes, node: string, registry: RegistryReader): void {
  if (a.operation === 'CREATE') return checkCreate(a, node, registry);
  const quoted = JSON.stringify(node);
  if (a.operation !== 'DELETE')
    throw denied(a, `unexpected operation ${JSON.stringify(a.operation)}, node ${quoted} can only create and delete mirror pods`);
  if (existing(a, a.name, registry).spec?.nodeName !== node)
    throw denied(a, `node ${quoted} can only delete pods with spec.nodeName set to itself`);
}

export function checkPodStatus(a: AdmissionAttributes, node: string): void {
  if (a.operation !== 'UPDATE') throw denied(a, `unexpected operation ${JSON.stringify(a.operation)}`);
  const [old, pod] = [asPod(a.oldObject), asPod(a.object)];
  const quoted = JSON.stringify(node);
  if (old.spec?.nodeName !== node) throw denied(a, `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`);
  if (!isDeepStrictEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {}))
    throw denied(a, `node ${quoted} cannot update labels through pod status`);
  const claims = ({ status }: Pod) => (status?.resourceClaimStatuses ?? []).map((s) => [s.name, s.resourceClaimName]);
  if (!isDeepStrictEqual(claims(old), claims(pod))) throw denied(a, `node ${quoted} cannot update resource claim statues`);
  const extended = ({ status }: Pod) =>
    status?.extendedResourceClaimStatus && [
      status.extendedResourceClaimStatus.resourceClaimName,
      status.extendedResourceClaimStatus.requestMappings,
    ];
  if (!isDeepStrictEqual(extended(old), extended(pod))) throw denied(a, `node ${quoted} cannot update extended resource claim status`);
}

export function checkEviction(a: AdmissionAttributes, node: string, registry: RegistryReader): void {
  if (a.operation !== 'CREATE') throw denied(a, `unexpected operation ${a.operation}`);
  const name = a.name || (a.object?.metadata?.name ?? '');
  if (name === '') throw denied(a, 'could not determine pod from request data');
  if (existing(a, name, registry).spec?.nodeName !== node)
    throw denied(a, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

function existing(a: AdmissionAttributes, name: string, registry: RegistryReader): Pod {
  const pod = registry.reader('', 'pods').get(a.namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  return asPod(pod);
}

function checkCreate(a: AdmissionAttributes, node: string, registry: RegistryReader): void {
  const pod = asPod(a.object);
  const quoted = JSON.stringify(node);
  if (!isMirrorPod(pod))
    throw denied(a, `pod does not have ${JSON.stringify(MIRROR_POD_ANNOTATION)} annotation, node ${quoted} can only create mirror pods`);
  if (pod.spec?.nodeName !== node) throw denied(a, `node ${quoted} can only create pods with spec.nodeName set to itself`);
  checkOwner(a, pod, node, registry);
  const reference = apiReference(pod);
  if (reference) throw denied(a, `node ${quoted} can not create pods that reference ${reference}`);
}

function checkOwner(a: AdmissionAttributes, pod: Pod, node: string, registry: RegistryReader): void {
  const quoted = JSON.stringify(node);
  const [owner, ...more] = pod.metadata.ownerReferences ?? [];
  if (more.length > 0) throw denied(a, `node ${quoted} can only create pods with a single owner reference set to itself`);
  if (!owner || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw denied(a, `node ${quoted} can only create pods with an owner reference set to itself`);
  }
  if (!owner.controller) throw denied(a, `node ${quoted} can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion) throw denied(a, `node ${quoted} must not set blockOwnerDeletion on an owner reference`);
  const stored = registry.reader('', 'nodes').get('', node);
  if (!stored) throw notFound({ group: '', resource: 'nodes' }, node);
  if (stored.metadata.uid !== owner.uid) throw denied(a, `node ${node} UID mismatch: expected ${owner.uid} got ${stored.metadata.uid}`);
}

/** Which kind of API object a pod refers to, if any: a static pod may not. */
function apiReference(pod: Pod): string | undefined {
  if (pod.spec?.serviceAccountName) return 'serviceaccounts';
  if (secretNames(pod).size > 0) return 'secrets';
  if (configMapNames(pod).size > 0) return 'configmaps';
  if (pod.spec?.resourceClaims?.length) return 'resourceclaims';
  for (const volume of pod.spec?.volumes ?? []) {
    const reference = volumeReference(volume);
    if (reference) return reference;
  }
  return undefined;
}

const LOCAL_VOLUMES: readonly (keyof Volume)[] = [
  'awsElasticBlockStore',
  'azureDisk',
  'cephfs',
  'cinder',
  'downwardAPI',
  'emptyDir',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
];

function volumeReference(v: Volume): string | undefined {
  if (LOCAL_VOLUMES.some((kind) => v[kind] !== undefined)) return undefined;
  if (v.configMap) return 'configmaps (via configmap volumes)';
  if (v.secret) return 'secrets (via secret volumes)';
  if (v.csi) return 'csidrivers (via CSI volumes)';
  if (v.glusterfs) return 'endpoints (via glusterFS volumes)';
  if (v.persistentVolumeClaim) return 'persistentvolumeclaims';
  if (v.ephemeral) return 'persistentvolumeclaims (via ephemeral volumes)';
  if (v.azureFile) return 'secrets (via azureFile volumes)';
  if (!v.projected) return `unknown volume type for volume ${v.name}`;
  for (const s of v.projected.sources ?? []) {
    if (s.configMap) return 'configmaps (via projected volumes)';
    if (s.secret) return 'secrets (via projected volumes)';
    if (s.serviceAccountToken) return 'serviceaccounts (via projected volumes)';
    if (s.clusterTrustBundle) return 'clustertrustbundles';
    if (s.podCertificate) return 'podcertificates';
    if (!s.downwardAPI) return `unknown source for volume ${v.name}`;
  }
  return undefined;
}

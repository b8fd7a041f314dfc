import type { Authorizer } from '../authz/authorizer.ts';
import { nodeOf } from '../authz/node-identity.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied } from './attributes.ts';
import { checkCertificateRequest, checkCsiNode, checkLease, checkResourceSlice } from './node-restriction/check-other.ts';
import { checkClaimStatus } from './node-restriction/check-claim-status.ts';
import { checkNode } from './node-restriction/check-node.ts';
import { checkEviction, checkPod, checkPodStatus } from './node-restriction/check-pod.ts';
import { checkTokenRequest } from './node-restriction/check-token-request.ts';
import { onOperations } from './operations.ts';

export interface NodeRestrictionOptions {
  readonly registry: RegistryReader;
  readonly authorizer: Authorizer;
}

/** Limits what a kubelet may write to what belongs to its own node (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction). */
export function nodeRestriction(options: NodeRestrictionOptions): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: onOperations('CREATE', 'UPDATE', 'DELETE'),
    async admit(a) {
      const node = nodeOf(a.user);
      if (node === undefined) return;
      if (node === '') throw denied(a, `could not determine node from user ${JSON.stringify(a.user.name)}`);
      await check(a, node, options);
    },
  };
}

async function check(a: AdmissionAttributes, node: string, { registry, authorizer }: NodeRestrictionOptions): Promise<void> {
  const { group, resource } = a.resource;
  switch (group === '' ? resource : `${resource}.${group}`) {
    case 'pods':
      return checkPods(a, node, registry);
    case 'nodes':
      return checkNode(a, node);
    case 'persistentvolumeclaims':
      if (a.subresource !== 'status') throw denied(a, 'may only update PVC status');
      return checkClaimStatus(a, node);
    case 'serviceaccounts':
      return a.operation === 'CREATE' && a.subresource === 'token' ? checkTokenRequest(a, node, registry, authorizer) : undefined;
    case 'podcertificaterequests.certificates.k8s.io':
      throw denied(a, 'PodCertificateRequest feature gate is disabled');
    case 'leases.coordination.k8s.io':
      return checkLease(a, node);
    case 'csinodes.storage.k8s.io':
      return checkCsiNode(a, node);
    case 'resourceslices.resource.k8s.io':
      return checkResourceSlice(a, node);
    case 'certificatesigningrequests.certificates.k8s.io':
      return checkCertificateRequest(a, node);
    default:
  }
}

function checkPods(a: AdmissionAttributes, node: string, registry: RegistryReader): void {
  if (a.subresource === '') return checkPod(a, node, registry);
  if (a.subresource === 'status') return checkPodStatus(a, node);
  if (a.subresource === 'eviction') return checkEviction(a, node, registry);
  throw denied(a, `unexpected pod subresource ${JSON.stringify(a.subresource)}, only 'status' and 'eviction' are allowed`);
}

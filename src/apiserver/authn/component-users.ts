/** Who the control plane's components are towards the API server. Their rights are upstream's bootstrap roles. */
import type { UserInfo } from '../request.ts';
import { serviceAccountGroups, serviceAccountUser } from './service-account/user-name.ts';

/** The server's own, for what only it may do (bootstrap objects). */
export const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
export const CONTROLLER_MANAGER: UserInfo = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };
export const SCHEDULER: UserInfo = { name: 'system:kube-scheduler', groups: ['system:authenticated'] };

/** Service accounts of the controllers that have another name than the controller (cmd/kube-controller-manager/app). */
const SERVICE_ACCOUNTS: Readonly<Record<string, string>> = {
  'certificatesigningrequest-approving-controller': 'certificate-controller',
  'certificatesigningrequest-cleaner-controller': 'certificate-controller',
  'certificatesigningrequest-signing-controller': 'certificate-controller',
  'bootstrap-signer-controller': 'bootstrap-signer',
  'daemonset-controller': 'daemon-set-controller',
  'endpoints-controller': 'endpoint-controller',
  'endpointslice-mirroring-controller': 'endpointslicemirroring-controller',
  'garbage-collector-controller': 'generic-garbage-collector',
  'horizontal-pod-autoscaler-controller': 'horizontal-pod-autoscaler',
  'legacy-serviceaccount-token-cleaner-controller': 'legacy-service-account-token-cleaner',
  'node-ipam-controller': 'node-controller',
  'node-lifecycle-controller': 'node-controller',
  'persistentvolume-attach-detach-controller': 'attachdetach-controller',
  'persistentvolume-binder-controller': 'persistent-volume-binder',
  'persistentvolume-expander-controller': 'expand-controller',
  'persistentvolume-protection-controller': 'pv-protection-controller',
  'persistentvolumeclaim-protection-controller': 'pvc-protection-controller',
  'pod-garbage-collector-controller': 'pod-garbage-collector',
  'podcertificaterequest-cleaner-controller': 'podcertificaterequestcleaner',
  'replicationcontroller-controller': 'replication-controller',
  'resourceclaim-controller': 'resource-claim-controller',
  'root-ca-certificate-publisher-controller': 'root-ca-cert-publisher',
  'service-cidr-controller': 'service-cidrs-controller',
  'serviceaccount-controller': 'service-account-controller',
  'storageversion-garbage-collector-controller': 'storage-version-garbage-collector',
  'taint-eviction-controller': 'node-controller',
  'token-cleaner-controller': 'token-cleaner',
};

/**
 * Name of the service account in kube-system that a controller acts as. Undefined for the controller that makes the tokens of service
 * accounts: it is the manager itself.
 */
export function serviceAccountOf(controller: string): string | undefined {
  return controller === 'serviceaccount-token-controller' ? undefined : (SERVICE_ACCOUNTS[controller] ?? controller);
}

/** Who a controller is, as `--use-service-account-credentials` has it. */
export function controllerIdentity(controller: string): UserInfo {
  const account = serviceAccountOf(controller);
  if (account === undefined) return CONTROLLER_MANAGER;
  return { name: serviceAccountUser('kube-system', account), groups: [...serviceAccountGroups('kube-system'), 'system:authenticated'] };
}

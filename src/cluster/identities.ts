/** Who the components are towards the API server. Their rights are upstream's bootstrap roles, and one role of our own (add-ons/). */
import type { UserInfo } from '../apiserver/request.ts';
import { NETWORK_USER } from './add-ons/objects.ts';

/** The server's own, for what only it may do (bootstrap objects). */
export const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
export const CONTROLLER_MANAGER: UserInfo = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };
export const SCHEDULER: UserInfo = { name: 'system:kube-scheduler', groups: ['system:authenticated'] };

export const NETWORK: UserInfo = { name: NETWORK_USER, groups: ['system:authenticated'] };

/** A controller's service account in kube-system, as `--use-service-account-credentials` has it. */
export function controllerIdentity(controller: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${controller}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}

import type { Draft, KubeObject } from '../../api/object.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { clusterRoleBindings, clusterRoles, configMaps, roleBindings, roles, services } from '../../client/resources.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';
import {
  clusterInfo,
  CLUSTER_INFO_BINDING,
  CLUSTER_INFO_ROLE,
  dnsService,
  NETWORK_BINDING,
  NETWORK_CONTROLLER_BINDING,
  NETWORK_CONTROLLER_ROLE,
  NETWORK_ROLE,
} from './objects.ts';

export interface AddOnOptions {
  readonly dnsAddress: string;
  /** A kubeconfig without a user, for `kube-public/cluster-info`. */
  readonly clusterInfo: string;
}

/** Makes what is missing. What is there stays as somebody may have changed it. */
export async function ensureAddOns(client: Client, options: AddOnOptions): Promise<void> {
  await Promise.all([
    ensure(client, clusterRoles, NETWORK_ROLE),
    ensure(client, clusterRoleBindings, NETWORK_BINDING),
    ensure(client, clusterRoles, NETWORK_CONTROLLER_ROLE),
    ensure(client, clusterRoleBindings, NETWORK_CONTROLLER_BINDING),
    ensure(client, roles, CLUSTER_INFO_ROLE),
    ensure(client, roleBindings, CLUSTER_INFO_BINDING),
    ensure(client, configMaps, clusterInfo(options.clusterInfo)),
    ensure(client, services, dnsService(options.dnsAddress)),
  ]);
}

async function ensure<T extends KubeObject>(client: Client, ref: ResourceRef<T>, object: Draft<T>): Promise<void> {
  try {
    await client.resource(ref).create(object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

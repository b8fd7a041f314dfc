import type { Draft, KubeObject } from '../../api/object.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { clusterRoleBindings, clusterRoles, configMaps, roleBindings, roles, services } from '../../client/resources.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
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

/** Looks first: creating a Service that exists is refused because of its address, not because of its name. */
async function ensure<T extends KubeObject>(client: Client, ref: ResourceRef<T>, object: Draft<T>): Promise<void> {
  const { name = '', namespace } = (object as { metadata: { name?: string; namespace?: string } }).metadata;
  const resource = client.resource(ref);
  try {
    await resource.get(name, { namespace });
    return;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    await resource.create(object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

import { isNotFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import { ensure } from '../ensure.ts';
import { bootstrapPolicy } from './policy.ts';
import { needsReplacement, reconcileBinding, reconcileRole } from './reconcile.ts';

const GROUP = 'rbac.authorization.k8s.io';

/**
 * Makes the bootstrap roles and bindings exist, and gives back to them what they lost
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation). Needs the namespaces of the system to exist.
 */
export async function ensurePolicy(registry: RegistryReader): Promise<void> {
  const policy = bootstrapPolicy();
  const writes: Promise<void>[] = [];
  for (const resource of ['clusterroles', 'roles'] as const) {
    for (const role of policy[resource]) writes.push(ensure(registry, GROUP, resource, role, (current) => reconcileRole(current, role)));
  }
  for (const resource of ['clusterrolebindings', 'rolebindings'] as const) {
    for (const binding of policy[resource]) {
      const { name } = binding.metadata;
      const namespace = binding.metadata.namespace ?? '';
      const current = registry.reader(GROUP, resource).get(namespace, name);
      const removed = current && needsReplacement(current, binding) ? remove(registry, resource, namespace, name) : Promise.resolve();
      writes.push(removed.then(() => ensure(registry, GROUP, resource, binding, (existing) => reconcileBinding(existing, binding))));
    }
  }
  await Promise.all(writes);
}

async function remove(registry: RegistryReader, resource: string, namespace: string, name: string): Promise<void> {
  try {
    await registry.delete(GROUP, resource, namespace, name);
  } catch (error) {
    // Another server was faster.
    if (!isNotFound(error)) throw error;
  }
}

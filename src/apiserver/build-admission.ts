import type { AdmissionPlugin } from './admission/admission.ts';
import type { EscalationGuard } from './authz/rbac/escalation.ts';

/** Roles and bindings may grant no more than their writer holds: checked for every path that writes them. */
export function escalationPlugin(guard: () => EscalationGuard): AdmissionPlugin {
  const guarded = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'] as const;
  return {
    name: 'RbacEscalation',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    async validate(a) {
      const resource = guarded.find((r) => r === a.resource.resource);
      if (a.resource.group !== 'rbac.authorization.k8s.io' || !resource || !a.object) return;
      await guard().check({ resource, user: a.user, namespace: a.namespace, requestName: a.operation === 'UPDATE' ? a.name : '', object: a.object, oldObject: a.oldObject });
    },
  };
}

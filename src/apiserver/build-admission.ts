import type { AdmissionPlugin } from './admission/admission.ts';
import type { EscalationGuard } from './authz/rbac/escalation.ts';
import type { Admission } from './handlers/admit.ts';

/** Runs the mutating half of every plugin in order, then, when asked, the validating halves. */
export function admissionOf(plugins: readonly AdmissionPlugin[]): Admission {
  return {
    async admit(attributes) {
      for (const plugin of plugins) if (plugin.admit && plugin.handles(attributes.operation)) await plugin.admit(attributes);
    },
    async validate(attributes) {
      for (const plugin of plugins) if (plugin.validate && plugin.handles(attributes.operation)) await plugin.validate(attributes);
    },
  };
}

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

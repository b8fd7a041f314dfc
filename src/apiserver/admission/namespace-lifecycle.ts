import type { Namespace } from '../../api/core/v1.gen.ts';
import { notFound, StatusError } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied } from './attributes.ts';
import { onOperations } from './operations.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is made in a namespace that is not there or is going away; some namespaces cannot be deleted (k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle). */
export function namespaceLifecycle(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: onOperations('CREATE', 'UPDATE', 'DELETE'),
    async admit(a) {
      if (isNamespace(a)) {
        if (a.operation === 'DELETE' && IMMORTAL.has(a.name)) throw denied(a, 'this namespace may not be deleted');
        return;
      }
      if (a.namespace === '' || a.operation === 'DELETE' || isAccessReview(a)) return;
      const namespace = registry.reader('', 'namespaces').get('', a.namespace) as Namespace | undefined;
      if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
      if (a.operation === 'CREATE' && namespace.status?.phase === 'Terminating') throw terminating(a);
    },
  };
}

function isNamespace({ kind }: AdmissionAttributes): boolean {
  return kind.group === '' && kind.kind === 'Namespace';
}

/** Telling here whether a namespace exists would be telling what the review is about. */
function isAccessReview({ resource }: AdmissionAttributes): boolean {
  return resource.group === 'authorization.k8s.io' && resource.resource === 'localsubjectaccessreviews';
}

function terminating(a: AdmissionAttributes): StatusError {
  const { status } = denied(a, `unable to create new content in namespace ${a.namespace} because it is being terminated`);
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${a.namespace} is being terminated`, field: 'metadata.namespace' };
  return new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}

import { isAlreadyExists } from '../../machinery/status-error.ts';
import { draft } from '../bootstrap/draft.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { denied } from './attributes.ts';
import { onOperations } from './operations.ts';

/** Makes the namespace that an object is created in. Off by default. */
export function namespaceAutoProvision(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'NamespaceAutoProvision',
    handles: onOperations('CREATE'),
    async admit(a) {
      if (a.dryRun || a.namespace === '' || (a.kind.group === '' && a.kind.kind === 'Namespace')) return;
      if (registry.reader('', 'namespaces').get('', a.namespace)) return;
      const labels = { 'kubernetes.io/metadata.name': a.namespace };
      try {
        await registry.create(
          '',
          'namespaces',
          draft('v1', 'Namespace', { name: a.namespace, labels }, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }),
        );
      } catch (error) {
        // Somebody else made it meanwhile.
        if (!isAlreadyExists(error)) throw denied(a, error as Error);
      }
    },
  };
}

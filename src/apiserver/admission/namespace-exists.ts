import { notFound } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { onOperations } from './operations.ts';

/** Refuses everything in a namespace that does not exist. Off by default: NamespaceLifecycle covers it. */
export function namespaceExists(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'NamespaceExists',
    handles: onOperations('CREATE', 'UPDATE', 'DELETE'),
    async validate(a) {
      if (a.namespace === '' || (a.kind.group === '' && a.kind.kind === 'Namespace')) return;
      if (!registry.reader('', 'namespaces').get('', a.namespace)) throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
    },
  };
}

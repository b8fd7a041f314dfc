import type { Binding, Pod } from '../../api/core/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** Zone and region of a node go over to the pods that are bound to it (KEP-4742). */
export function podTopologyLabels(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: onOperations('CREATE'),
    async admit(a) {
      const node = isFor(a, '', 'pods')
        ? (a.object as unknown as Pod).spec?.nodeName
        : isFor(a, '', 'pods', 'binding')
          ? targetOf(a.object as unknown as Binding)
          : undefined;
      const labels = node ? registry.reader('', 'nodes').get('', node)?.metadata.labels : undefined;
      const copied = LABELS.flatMap((key) => (labels?.[key] === undefined ? [] : [[key, labels[key]] as const]));
      if (copied.length > 0 && a.object) a.object.metadata.labels = { ...a.object.metadata.labels, ...Object.fromEntries(copied) };
    },
  };
}

function targetOf({ target }: Binding): string | undefined {
  return target.kind === 'Node' ? target.name : undefined;
}

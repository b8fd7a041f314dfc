import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { isExtendedResource } from '../../machinery/pod/extended-resource.ts';
import { asPod } from './pod/pod-of.ts';

/** Pods that ask for a special resource tolerate the taint with which its nodes are set apart. Off by default. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: onOperations('CREATE', 'UPDATE'),
  async admit(a) {
    const spec = isFor(a, '', 'pods') ? asPod(a.object).spec : undefined;
    if (!spec) return;
    const asked = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap((c) => Object.keys(c.resources?.requests ?? {}));
    for (const key of [...new Set(asked)].filter(isExtendedResource).sort()) {
      const rest = (spec.tolerations ?? []).filter((t) => !(t.key === key && t.effect === 'NoSchedule' && t.operator === 'Exists'));
      spec.tolerations = [...rest, { key, operator: 'Exists', effect: 'NoSchedule' }];
    }
  },
};

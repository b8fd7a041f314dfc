import type { Node } from '../../api/core/v1.gen.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** A new node is tainted as not ready until the node controller sees that it is (plugin/pkg/admission/nodetaint). */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: onOperations('CREATE'),
  async admit(a) {
    if (!isFor(a, '', 'nodes')) return;
    const node = a.object as unknown as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some((t) => t.key === NOT_READY && t.effect === 'NoSchedule')) return;
    node.spec = { ...node.spec, taints: [...taints, { key: NOT_READY, effect: 'NoSchedule' }] };
  },
};

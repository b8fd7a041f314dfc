import type { Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

/** A pod that names its node goes nowhere else. */
export const nodeName: Plugin = {
  name: 'NodeName',
  filter: (_state, pod, node) => (pod.spec.nodeName && pod.spec.nodeName !== node.name ? unresolvable('NodeName', "node(s) didn't match the requested node name") : undefined),
  mayHelp: (event) => event.resource === 'Node' && event.action === 'Add',
};

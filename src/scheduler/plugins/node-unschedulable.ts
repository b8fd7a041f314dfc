import { tolerates } from '../framework/taints.ts';
import type { Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  filter(_state, pod, node) {
    if (!node.node?.spec.unschedulable) return undefined;
    return (pod.spec.tolerations ?? []).some((t) => tolerates(t, TAINT)) ? undefined : unresolvable('NodeUnschedulable', 'node(s) were unschedulable');
  },
  mayHelp: (event) => event.resource === 'Node' && event.action !== 'Delete',
};

import { tolerates, untolerated } from '../framework/taints.ts';
import { scaleScores, type Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

/** Taints keep pods away unless tolerated; PreferNoSchedule only by score. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  filter: (_state, pod, node) => (untolerated(node.node?.spec.taints, pod, ['NoSchedule', 'NoExecute']) ? unresolvable('TaintToleration', 'node(s) had untolerated taint(s)') : undefined),
  score(_state, pod, node) {
    const tolerations = (pod.spec.tolerations ?? []).filter((t) => !t.effect || t.effect === 'PreferNoSchedule');
    return (node.node?.spec.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((t) => tolerates(t, taint))).length;
  },
  normalise: (_state, _pod, scores) => scaleScores(scores, true),
  mayHelp: (event) => event.resource === 'Node' && event.action !== 'Delete',
};

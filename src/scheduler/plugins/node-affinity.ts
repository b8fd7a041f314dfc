import type { Pod } from '../../api/core/v1.gen.ts';
import { requiredNodeAffinityMatches, termMatches } from '../framework/node-selector.ts';
import { scaleScores, type Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

/** Node selector and node affinity. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  preFilter(_state, pod) {
    const nodeNames = namedNodes(pod);
    if (nodeNames?.size === 0) return { status: unresolvable('NodeAffinity', 'pod affinity terms conflict') };
    if (!pod.spec.nodeSelector && !pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return { skip: true };
    return nodeNames ? { nodeNames } : undefined;
  },
  filter: (_state, pod, node) => (node.node && !requiredNodeAffinityMatches(pod, node.node) ? unresolvable('NodeAffinity', "node(s) didn't match Pod's node affinity/selector") : undefined),
  preScore: (_state, pod) => (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
  score(_state, pod, { node }) {
    let sum = 0;
    for (const { weight, preference } of pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) if (node && termMatches(preference, node)) sum += weight;
    return sum;
  },
  normalise: (_state, _pod, scores) => scaleScores(scores, false),
  mayHelp: (event) => event.resource === 'Node' && event.action !== 'Delete',
};

/** Names, when every term pins metadata.name (daemon pods): then no other node need be looked at. */
function namedNodes(pod: Pod): ReadonlySet<string> | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    const pinned = (term.matchFields ?? []).filter((f) => f.key === 'metadata.name' && f.operator === 'In').map((f) => new Set(f.values ?? []));
    const [first, ...rest] = pinned;
    if (!first) return undefined;
    for (const name of first) if (rest.every((set) => set.has(name))) names.add(name);
  }
  return names;
}

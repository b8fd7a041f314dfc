import type { Pod } from '../../api/core/v1.gen.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import { nonZeroRequests, podRequests, type Amounts } from '../framework/resources.ts';
import type { Status } from '../framework/status.ts';

const STATE = 'NodeResourcesFit';
const NAME = 'NodeResourcesFit';

interface State {
  readonly requests: Amounts;
  readonly nonZero: { readonly cpu: number; readonly memory: number };
}

/** What a pod asks for must be free; emptier nodes are better (LeastAllocated on cpu and memory). */
export const nodeResourcesFit: Plugin = {
  name: NAME,
  weight: 1,
  preFilter(state, pod) {
    state.set(STATE, { requests: podRequests(pod), nonZero: nonZeroRequests(pod) } satisfies State);
    return undefined;
  },
  filter: (state, _pod, node) => insufficient((state.get(STATE) as State).requests, node),
  score(state, _pod, node) {
    const { nonZero } = state.get(STATE) as State;
    return Math.trunc((free(node, 'cpu', nonZero.cpu) + free(node, 'memory', nonZero.memory)) / 2);
  },
  mayHelp: (event) => event.resource === 'Node' ? event.action !== 'Delete' : event.resource === 'Pod' && event.action !== 'Add',
};

/** Share of a resource that stays free, 0..100. */
function free(node: NodeInfo, resource: 'cpu' | 'memory', wanted: number): number {
  const capacity = node.allocatable[resource] ?? 0;
  const used = node.nonZero[resource] + wanted;
  return capacity === 0 || used > capacity ? 0 : Math.trunc(((capacity - used) * MAX_SCORE) / capacity);
}

/** Undefined when it fits. */
export function insufficient(requests: Amounts, node: NodeInfo): Status | undefined {
  const reasons: string[] = [];
  let everUnresolvable = false;
  if (node.pods.size + 1 > (node.allocatable['pods'] ?? 0)) reasons.push('Too many pods');
  for (const [name, wanted] of Object.entries(requests)) {
    if (wanted === 0 || name === 'pods') continue;
    const capacity = node.allocatable[name] ?? 0;
    if (wanted <= capacity - (node.requested[name] ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    everUnresolvable ||= wanted > capacity;
  }
  if (reasons.length === 0) return undefined;
  return { code: everUnresolvable ? 'unresolvable' : 'unschedulable', reasons, plugin: NAME };
}

/** Why a pod does not fit beside what is there; used by preemption too. */
export function fits(pod: Pod, node: NodeInfo): boolean {
  return insufficient(podRequests(pod), node) === undefined;
}

import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import { podRequests, type Amounts } from '../framework/resources.ts';

const STATE = 'NodeResourcesBalancedAllocation';

/** Prefers nodes whose cpu and memory would be used to the same degree. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: STATE,
  weight: 1,
  preScore(state, pod) {
    const requests = podRequests(pod);
    state.set(STATE, requests);
    // A pod without requests changes no balance.
    return (requests['cpu'] ?? 0) > 0 || (requests['memory'] ?? 0) > 0;
  },
  score(state, _pod, node) {
    const requests = state.get(STATE) as Amounts;
    const fractions = ['cpu', 'memory'].flatMap((name) => {
      const capacity = node.allocatable[name] ?? 0;
      return capacity === 0 ? [] : [Math.min(1, ((node.requested[name] ?? 0) + (requests[name] ?? 0)) / capacity)];
    });
    const [a = 0, b = a] = fractions;
    // With two resources the standard deviation is half of their distance.
    return Math.trunc((1 - Math.abs(a - b) / 2) * MAX_SCORE);
  },
};

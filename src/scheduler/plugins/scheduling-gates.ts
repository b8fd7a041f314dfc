import type { Plugin } from '../framework/plugin.ts';

/** A pod with scheduling gates is not looked at before they are gone (KEP-3521). */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  preEnqueue(pod) {
    const gates = (pod.spec.schedulingGates ?? []).map((g) => g.name);
    if (gates.length === 0) return undefined;
    return { code: 'pending', plugin: 'SchedulingGates', reasons: [`waiting for scheduling gates: [${gates.join(' ')}]`] };
  },
};

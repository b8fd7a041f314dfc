import { forbidden } from '../../machinery/status-error.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** Required anti-affinity only between nodes: wider would let one pod keep others out of a whole zone. Off by default. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  handles: onOperations('CREATE', 'UPDATE'),
  async validate(a) {
    if (!isFor(a, '', 'pods')) return;
    const pod = asPod(a.object);
    for (const term of pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (term.topologyKey === HOSTNAME) continue;
      const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${term.topologyKey} but only key ${HOSTNAME} is allowed`;
      throw forbidden({ group: '', resource: 'pods' }, pod.metadata.name ?? '', why);
    }
  },
};

import { replicasFields } from '../../apps/replicasets/strategy.ts';
import type { Strategy } from '../../strategy.ts';

/** They orphan their pods unless a client asks otherwise: as they did before there was garbage collection. */
export const replicationControllerStrategy: Strategy = { ...replicasFields, defaultPropagation: 'Orphan' };

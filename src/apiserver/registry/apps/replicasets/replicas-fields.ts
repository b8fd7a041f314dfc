import type { Strategy } from '../../strategy.ts';

interface WithReplicas {
  readonly status?: { readonly replicas?: number };
}

/** Field selectors of replica sets and replication controllers. */
export const replicasFields = {
  selectableFieldNames: ['status.replicas'],
  selectableFields: (object: unknown) => ({ 'status.replicas': String((object as WithReplicas).status?.replicas ?? 0) }),
} satisfies Partial<Strategy>;

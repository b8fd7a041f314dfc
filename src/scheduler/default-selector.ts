/** The selector by which pods that nobody told how to spread are spread: that of their services and their workload (helper.DefaultSelector). */
import type { Pod } from '../api/core/v1.gen.ts';
import type { LabelSelector } from '../api/meta/v1.gen.ts';
import type { InformerFactory, Lister } from '../client/informer.ts';
import { replicaSets, replicationControllers, services, statefulSets } from '../client/resources.ts';
import type { ReplicaSet, StatefulSet } from '../api/apps/v1.gen.ts';
import type { ReplicationController, Service } from '../api/core/v1.gen.ts';

export interface SpreadOwners {
  readonly services: Lister<Service>;
  readonly replicaSets: Lister<ReplicaSet>;
  readonly statefulSets: Lister<StatefulSet>;
  readonly replicationControllers: Lister<ReplicationController>;
}

export function spreadOwners(informers: InformerFactory): SpreadOwners {
  return {
    services: informers.informer(services).lister,
    replicaSets: informers.informer(replicaSets).lister,
    statefulSets: informers.informer(statefulSets).lister,
    replicationControllers: informers.informer(replicationControllers).lister,
  };
}

export function defaultSelector(pod: Pod, owners: SpreadOwners): LabelSelector | undefined {
  const { namespace, labels = {} } = pod.metadata;
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = [];
  for (const service of owners.services.list(namespace)) {
    const selector = service.spec.selector ?? {};
    if (Object.keys(selector).length > 0 && Object.entries(selector).every(([k, v]) => labels[k] === v)) Object.assign(matchLabels, selector);
  }
  const owner = (pod.metadata.ownerReferences ?? []).find((r) => r.controller);
  const key = `${namespace}/${owner?.name ?? ''}`;
  if (owner?.kind === 'ReplicationController') Object.assign(matchLabels, owners.replicationControllers.get(key)?.spec.selector);
  const selector = owner?.kind === 'ReplicaSet' ? owners.replicaSets.get(key)?.spec.selector : owner?.kind === 'StatefulSet' ? owners.statefulSets.get(key)?.spec.selector : undefined;
  Object.assign(matchLabels, selector?.matchLabels);
  matchExpressions.push(...(selector?.matchExpressions ?? []));
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  return { matchLabels, matchExpressions };
}

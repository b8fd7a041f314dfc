import type { QuotaEvaluator } from './evaluator.ts';
import { persistentVolumeClaimEvaluator } from './claim-evaluator.ts';
import { objectCountEvaluator } from './object-count.ts';
import { podEvaluator } from './pod-evaluator.ts';
import { resourceClaimEvaluator } from './resource-claim-evaluator.ts';
import { serviceEvaluator } from './service-evaluator.ts';

/** Never counted: what is not stored, and events. */
const IGNORED = new Set([
  'bindings',
  'componentstatuses',
  'tokenreviews.authentication.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'events',
  'events.events.k8s.io',
]);

const SPECIAL = new Map<string, QuotaEvaluator>([
  ['pods', podEvaluator],
  ['services', serviceEvaluator],
  ['persistentvolumeclaims', persistentVolumeClaimEvaluator],
  ['resourceclaims.resource.k8s.io', resourceClaimEvaluator],
  ...['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'].map(
    (name) => [name, objectCountEvaluator('', name, name)] as const,
  ),
]);

/** How a resource counts towards quotas; undefined: not at all. */
export function quotaEvaluatorFor(group: string, resource: string): QuotaEvaluator | undefined {
  const name = group === '' ? resource : `${resource}.${group}`;
  if (IGNORED.has(name)) return undefined;
  return SPECIAL.get(name) ?? objectCountEvaluator(group, resource);
}

/** The resources that count with more than their number: a controller watches these to see usage shrink. */
export const SPECIALLY_COUNTED: readonly string[] = [...SPECIAL.keys()];

/** What to change on a role or binding that is there already (k8s.io/component-helpers/auth/rbac/reconciliation). Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../../api/object.ts';
import type { ClusterRole, ClusterRoleBinding, Subject } from '../../../api/rbac/v1.gen.ts';
import { uncovered } from '../../authz/rbac/covers.ts';
import { AUTO_UPDATE } from './policy.ts';

/** The role with what is missing added; undefined when nothing is, or when its owner opted out. What somebody added stays. */
export function reconcileRole(current: AnyObject, wanted: AnyObject): AnyObject | undefined {
  const base = withMetadata(current, wanted);
  if (!base) return undefined;
  const have = base as unknown as ClusterRole;
  const want = wanted as unknown as ClusterRole;
  const missing = uncovered(have.rules ?? [], want.rules ?? []);
  const changed = missing.length === 0 ? base : { ...base, rules: [...(have.rules ?? []), ...missing] };
  return unlessEqual(withAggregation(changed, have, want), current);
}

/** The binding with the subjects that are missing added; undefined when none is. A binding to another role is not changed but replaced: see `needsReplacement`. */
export function reconcileBinding(current: AnyObject, wanted: AnyObject): AnyObject | undefined {
  const base = withMetadata(current, wanted);
  if (!base) return undefined;
  const have = (base as unknown as ClusterRoleBinding).subjects ?? [];
  const missing = ((wanted as unknown as ClusterRoleBinding).subjects ?? []).filter((s) => !have.some((h) => sameSubject(h, s)));
  return unlessEqual(missing.length === 0 ? base : { ...base, subjects: [...have, ...missing] }, current);
}

/** roleRef cannot be changed: such a binding must be deleted and made again. */
export function needsReplacement(current: AnyObject, wanted: AnyObject): boolean {
  return !isProtected(current) && !isDeepStrictEqual(current['roleRef'], wanted['roleRef']);
}

function isProtected(object: AnyObject): boolean {
  return object.metadata.annotations?.[AUTO_UPDATE] === 'false';
}

/** Adds labels and annotations that are missing; those that are there win. */
function withMetadata(current: AnyObject, wanted: AnyObject): AnyObject | undefined {
  if (isProtected(current)) return undefined;
  const { labels, annotations } = current.metadata;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      labels: { ...wanted.metadata.labels, ...labels },
      annotations: { ...wanted.metadata.annotations, ...annotations },
    },
  };
}

function withAggregation(role: AnyObject, have: ClusterRole, want: ClusterRole): AnyObject {
  if (!want.aggregationRule) {
    if (!have.aggregationRule) return role;
    const { aggregationRule: _dropped, ...rest } = role;
    return rest as AnyObject;
  }
  const selectors = have.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (want.aggregationRule.clusterRoleSelectors ?? []).filter((s) => !selectors.some((h) => isDeepStrictEqual(h, s)));
  return missing.length === 0 ? role : { ...role, aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } };
}

function sameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '') && (a.apiGroup ?? '') === (b.apiGroup ?? '');
}

function unlessEqual(revised: AnyObject, current: AnyObject): AnyObject | undefined {
  return isDeepStrictEqual(revised, current) ? undefined : revised;
}

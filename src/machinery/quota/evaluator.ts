import type { ResourceQuota } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import type { ResourceList } from '../pod/resource-list.ts';

/** One demand of a quota on the objects it counts. */
export interface ScopeSelector {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/** A write, as far as a quota cares. */
export interface QuotaRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly subresource: string;
  readonly object: AnyObject | undefined;
  readonly oldObject: AnyObject | undefined;
}

/** How objects of one resource count towards quotas (k8s.io/apiserver/pkg/quota/v1 Evaluator). Pure. */
export interface QuotaEvaluator {
  /** Those of the names that this resource uses up. */
  matchingResources(names: readonly string[]): string[];
  /** Does the object fulfil the demand? */
  matchesScope(selector: ScopeSelector, object: AnyObject): boolean;
  usage(object: AnyObject, nowMs: number): ResourceList;
  /** Why the object cannot be counted under a quota on these names; undefined when it can. */
  constraintProblem?(names: readonly string[], object: AnyObject): string | undefined;
  /** May this write change what is used? */
  handles(request: QuotaRequest): boolean;
}

/** Everything a quota demands of objects before it counts them. */
export function scopesOf({ spec }: ResourceQuota): ScopeSelector[] {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

/** Does the quota count the object? `status.hard` says what it limits: a quota nobody has looked at yet limits nothing. */
export function quotaMatches(quota: ResourceQuota, evaluator: QuotaEvaluator, object: AnyObject): boolean {
  const names = Object.keys(quota.status?.hard ?? {});
  return evaluator.matchingResources(names).length > 0 && scopesOf(quota).every((scope) => evaluator.matchesScope(scope, object));
}

/** Does a selector on one class name match any of the names (none: the object has no class)? */
export function classMatches({ operator, values = [] }: ScopeSelector, names: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name));
    default:
      return false;
  }
}

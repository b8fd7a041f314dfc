/** Does a write fit the quotas of its namespace, and what are they at then (k8s.io/apiserver/pkg/admission/plugin/resourcequota CheckRequest)? Pure. */
import type { ResourceQuota } from '../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import { addTo, formatList, parseList, subtract, type ResourceList } from '../../../machinery/pod/resource-list.ts';
import { quotaMatches, scopesOf, type QuotaEvaluator, type ScopeSelector } from '../../../machinery/quota/evaluator.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';

/** Consumption that needs a quota (the plugin's configuration). */
export interface LimitedResource {
  readonly apiGroup?: string;
  readonly resource: string;
  readonly matchContains?: readonly string[];
  readonly matchScopes?: readonly ScopeSelector[];
}

export interface QuotaCheck {
  readonly evaluator: QuotaEvaluator;
  readonly limited: readonly LimitedResource[];
  readonly nowMs: number;
}

/** The quotas as they are after the write (the same objects where nothing changes). Throws Forbidden. */
export function checkRequest(quotas: readonly ResourceQuota[], a: AdmissionAttributes, check: QuotaCheck): readonly ResourceQuota[] {
  const { object } = a;
  const { evaluator, nowMs } = check;
  if (!object) return quotas;
  const interesting = quotas.filter((quota) => quotaMatches(quota, evaluator, object));
  for (const quota of interesting) checkUsable(a, quota, object, evaluator);
  const usage = evaluator.usage(object, nowMs);
  const negative = [...usage].filter(([, value]) => value.sign() < 0).map(([name]) => name);
  if (negative.length > 0) throw denied(a, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const old = a.operation === 'UPDATE' && a.oldObject?.metadata.resourceVersion ? a.oldObject : undefined;
  const delta = old ? growth(usage, evaluator.usage(old, nowMs)) : usage;
  // What a quota did not count before, it counts in full now.
  const deltaFor = (quota: ResourceQuota) => withoutZeros(old && quotaMatches(quota, evaluator, old) ? delta : usage);
  const changes = new Map(interesting.map((quota) => [quota, deltaFor(quota)]));
  const anything = interesting.length === 0 ? withoutZeros(delta).size > 0 : [...changes.values()].some((d) => d.size > 0);
  if (!anything) return quotas;
  checkLimited(a, quotas, interesting, check);
  return quotas.map((quota) => charge(a, quota, changes.get(quota) ?? new Map()));
}

function checkUsable(a: AdmissionAttributes, quota: ResourceQuota, object: AnyObject, evaluator: QuotaEvaluator): void {
  const { name } = quota.metadata;
  const names = evaluator.matchingResources(Object.keys(quota.status?.hard ?? {}));
  const problem = evaluator.constraintProblem?.(names, object);
  if (problem) throw denied(a, `failed quota: ${name}: ${problem}`);
  const used = quota.status?.used ?? {};
  if (names.some((n) => !Object.hasOwn(used, n)))
    throw denied(a, `status unknown for quota: ${name}, resources: ${names.sort().join(',')}`);
}

/** Some consumption is refused when no quota speaks of it at all. */
function checkLimited(
  a: AdmissionAttributes,
  quotas: readonly ResourceQuota[],
  interesting: readonly ResourceQuota[],
  { evaluator, limited, nowMs }: QuotaCheck,
): void {
  const { object } = a;
  const mine = limited.filter((l) => (l.apiGroup ?? '') === a.resource.group && l.resource === a.resource.resource);
  if (!object || mine.length === 0) return;
  const covered = new Set(interesting.flatMap((q) => evaluator.matchingResources(Object.keys(q.status?.hard ?? {}))));
  const consumed = [...evaluator.usage(object, nowMs)].filter(([, value]) => value.sign() > 0).map(([name]) => name);
  const missing = consumed.filter((name) => !covered.has(name) && mine.some((l) => l.matchContains?.some((part) => name.includes(part))));
  if (missing.length > 0) throw denied(a, `insufficient quota to consume: ${[...new Set(missing)].sort().join(',')}`);
  const matched = quotas.flatMap(scopesOf).filter((scope) => evaluator.matchesScope(scope, object));
  const scopes = mine
    .flatMap((l) => l.matchScopes ?? [])
    .filter((scope) => evaluator.matchesScope(scope, object) && !matched.some((m) => m.scopeName === scope.scopeName));
  if (scopes.length > 0)
    throw denied(
      a,
      `insufficient quota to match these scopes: [${scopes.map((s) => `{${s.scopeName} ${s.operator} [${(s.values ?? []).join(' ')}]}`).join(' ')}]`,
    );
}

function charge(a: AdmissionAttributes, quota: ResourceQuota, delta: ResourceList): ResourceQuota {
  const hard = parseList(quota.status?.hard);
  const requested = new Map([...delta].filter(([name]) => hard.has(name)));
  if (requested.size === 0) return quota;
  const before = parseList(quota.status?.used);
  const used: ResourceList = new Map(before);
  addTo(used, requested);
  if (a.subresource !== 'status') {
    const exceeded = [...requested.keys()]
      .filter((name) => (used.get(name) ?? Quantity.ZERO).compare(hard.get(name) ?? Quantity.ZERO) > 0)
      .sort();
    const show = (list: ResourceList) => exceeded.map((name) => `${name}=${list.get(name) ?? Quantity.ZERO}`).join(',');
    if (exceeded.length > 0) {
      throw denied(
        a,
        `exceeded quota: ${quota.metadata.name}, requested: ${show(requested)}, used: ${show(before)}, limited: ${show(hard)}`,
      );
    }
  }
  return { ...quota, status: { ...quota.status, used: formatList(used) } };
}

/** How much more the new usage is; what shrinks is given back by the quota controller later. */
function growth(now: ResourceList, before: ResourceList): ResourceList {
  return new Map([...subtract(now, before)].filter(([, value]) => value.sign() > 0));
}

function withoutZeros(list: ResourceList): ResourceList {
  return new Map([...list].filter(([, value]) => !value.isZero()));
}

/** What a namespace uses of what a quota limits, pure (k8s.io/apiserver/pkg/quota/v1 CalculateUsage). */
import type { ResourceQuota, ResourceQuotaStatus } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { addTo, formatList, parseList, type ResourceList } from '../../machinery/pod/resource-list.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { scopesOf } from '../../machinery/quota/evaluator.ts';
import { quotaEvaluatorFor, SPECIALLY_COUNTED } from '../../machinery/quota/evaluators.ts';

/** `pods`, `deployments.apps` */
export interface CountedResource {
  readonly group: string;
  readonly resource: string;
}

function parseName(name: string): CountedResource {
  const dot = name.indexOf('.');
  return dot < 0 ? { group: '', resource: name } : { resource: name.slice(0, dot), group: name.slice(dot + 1) };
}

/** The resources whose objects use up something that the quota limits. */
export function countedResources(quota: ResourceQuota): CountedResource[] {
  const hard = Object.keys(quota.spec.hard ?? {});
  const counted = new Set(hard.filter((n) => n.startsWith('count/')).map((n) => n.slice('count/'.length)));
  for (const name of SPECIALLY_COUNTED) {
    const { group, resource } = parseName(name);
    if ((quotaEvaluatorFor(group, resource)?.matchingResources(hard) ?? []).length > 0) counted.add(name);
  }
  return [...counted].map(parseName);
}

/** The status; `objects`: those of a resource in the quota's namespace, undefined when they are not known (the number stays as it was). */
export function quotaStatus(
  quota: ResourceQuota,
  objects: (of: CountedResource) => readonly AnyObject[] | undefined,
  now: number,
): ResourceQuotaStatus {
  const hard = quota.spec.hard ?? {};
  const names = Object.keys(hard);
  const used: ResourceList = new Map([...parseList(quota.status?.used)].filter(([name]) => name in hard));
  for (const counted of countedResources(quota)) {
    const evaluator = quotaEvaluatorFor(counted.group, counted.resource);
    const all = objects(counted);
    if (!evaluator || !all) continue;
    const usage: ResourceList = new Map();
    for (const object of all) {
      if (scopesOf(quota).every((scope) => evaluator.matchesScope(scope, object))) addTo(usage, evaluator.usage(object, now));
    }
    for (const name of evaluator.matchingResources(names)) used.set(name, usage.get(name) ?? Quantity.of(0));
  }
  return { hard, used: formatList(used) };
}

/** Whether the status must be written. */
export function isQuotaOutdated(quota: ResourceQuota, status: ResourceQuotaStatus): boolean {
  return !sameList(quota.status?.hard, status.hard) || !sameList(quota.status?.used, status.used);
}

export function sameList(a: Record<string, string> | undefined, b: Record<string, string> | undefined): boolean {
  if (!a || !b) return Object.keys(a ?? {}).length === 0 && Object.keys(b ?? {}).length === 0 && !a === !b;
  const [x, y] = [parseList(a), parseList(b)];
  return x.size === y.size && [...x].every(([name, value]) => y.get(name)?.equals(value) ?? false);
}

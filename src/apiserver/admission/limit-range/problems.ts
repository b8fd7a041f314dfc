/** Where a pod or claim leaves the bounds of a LimitRange (plugin/pkg/admission/limitranger), in upstream's words. */
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../../api/core/v1.gen.ts';
import type { Quantity } from '../../../machinery/quantity.ts';
import { podLimits, podRequests } from '../../../machinery/pod/pod-resources.ts';
import { parseList, type ResourceList } from '../../../machinery/pod/resource-list.ts';

export function podProblems(pod: Pod, range: LimitRange): string[] {
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') {
      return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].flatMap(({ resources }) =>
        itemProblems(item, parseList(resources?.requests), parseList(resources?.limits)),
      );
    }
    return item.type === 'Pod' ? itemProblems(item, podRequests(pod, { overhead: false }), podLimits(pod, { overhead: false })) : [];
  });
}

/** Of a claim only the request counts. */
export function claimProblems(claim: PersistentVolumeClaim, range: LimitRange): string[] {
  const requests = parseList(claim.spec?.resources?.requests);
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type !== 'PersistentVolumeClaim') return [];
    const min = each(item.min, (name, bound) => belowMin(item.type, name, bound, requests, new Map()));
    return [...min, ...each(item.max, (name, bound) => aboveMaxRequest(item.type, name, bound, requests))];
  });
}

function itemProblems(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): string[] {
  return [
    ...each(item.min, (name, bound) => belowMin(item.type, name, bound, requests, limits)),
    ...each(item.max, (name, bound) => aboveMax(item.type, name, bound, requests, limits)),
    ...each(item.maxLimitRequestRatio, (name, bound) => aboveRatio(item.type, name, bound, requests, limits)),
  ];
}

function each(
  bounds: Readonly<Record<string, string>> | undefined,
  check: (name: string, bound: Quantity) => string | undefined,
): string[] {
  return [...parseList(bounds)].flatMap(([name, bound]) => check(name, bound) ?? []);
}

function belowMin(type: string, name: string, bound: Quantity, requests: ResourceList, limits: ResourceList): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `minimum ${name} usage per ${type} is ${bound}`;
  if (!request) return `${text}.  No request is specified`;
  if (request.compare(bound) < 0) return `${text}, but request is ${request}`;
  return limit && limit.compare(bound) < 0 ? `${text}, but limit is ${limit}` : undefined;
}

function aboveMaxRequest(type: string, name: string, bound: Quantity, requests: ResourceList): string | undefined {
  const request = requests.get(name);
  const text = `maximum ${name} usage per ${type} is ${bound}`;
  if (!request) return `${text}.  No request is specified`;
  return request.compare(bound) > 0 ? `${text}, but request is ${request}` : undefined;
}

function aboveMax(type: string, name: string, bound: Quantity, requests: ResourceList, limits: ResourceList): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `maximum ${name} usage per ${type} is ${bound}`;
  if (!limit) return `${text}.  No limit is specified`;
  if (limit.compare(bound) > 0) return `${text}, but limit is ${limit}`;
  return request && request.compare(bound) > 0 ? `${text}, but request is ${request}` : undefined;
}

function aboveRatio(type: string, name: string, bound: Quantity, requests: ResourceList, limits: ResourceList): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (!request || request.isZero()) return `${text}, but no request is specified or request is 0`;
  if (!limit || limit.isZero()) return `${text}, but no limit is specified or limit is 0`;
  const ratio = limit.toNumber() / request.toNumber();
  return ratio > bound.toNumber() ? `${text}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

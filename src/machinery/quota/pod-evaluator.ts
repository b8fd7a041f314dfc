import type { Pod, PodAffinityTerm } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { isExtendedResource, isNativeResource } from '../pod/extended-resource.ts';
import { podLimits, podRequests } from '../pod/pod-resources.ts';
import { qosClass } from '../pod/qos-class.ts';
import { parseList, type ResourceList } from '../pod/resource-list.ts';
import { classMatches, type QuotaEvaluator, type ScopeSelector } from './evaluator.ts';
import { countName, ONE } from './object-count.ts';

const COUNT = countName('', 'pods');
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES = new Set([COUNT, 'pods', ...COMPUTE, ...COMPUTE.map((n) => `requests.${n}`), ...COMPUTE.map((n) => `limits.${n}`)]);
/** A quota on these demands that every container names them: an old mistake that stays. */
const DEMANDED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

const asPod = (object: AnyObject) => object as unknown as Pod;

/** What pods use up (pkg/quota/v1/evaluator/core/pods.go). */
export const podEvaluator: QuotaEvaluator = {
  matchingResources: (names) =>
    names.filter((n) => NAMES.has(n) || n.startsWith('hugepages-') || n.startsWith('requests.hugepages-') || isExtendedRequest(n)),
  matchesScope: (selector, object) => podMatchesScope(selector, asPod(object)),
  usage: (object, nowMs) => podUsage(asPod(object), nowMs),
  constraintProblem: (names, object) => missingResources(names, asPod(object)),
  handles({ operation, subresource, object, oldObject }) {
    if (subresource === 'resize') return operation === 'UPDATE';
    if (subresource !== '') return false;
    if (operation === 'UPDATE' && object && oldObject) return isTerminating(asPod(object)) !== isTerminating(asPod(oldObject));
    return operation === 'CREATE';
  },
};

function isExtendedRequest(name: string): boolean {
  return name.startsWith('requests.') && (!isNativeResource(name) || name.startsWith('requests.deviceclass.resource.kubernetes.io/'));
}

/** A pod that has ended, or should have ended long ago, only counts as an object. */
function podUsage(pod: Pod, nowMs: number): ResourceList {
  const usage: ResourceList = new Map([[COUNT, ONE]]);
  if (!countsAsRunning(pod, nowMs)) return usage;
  const compute = computeUsage(podRequests(pod, { status: true }), podLimits(pod, { status: true }));
  for (const [name, value] of compute) usage.set(name, value);
  return usage;
}

function countsAsRunning({ status, metadata }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionTimestamp: at, deletionGracePeriodSeconds: grace } = metadata;
  return at === undefined || grace === undefined || nowMs <= Date.parse(at) + grace * 1000;
}

function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: ResourceList = new Map([['pods', ONE]]);
  for (const [name, value] of requests) {
    const compute = COMPUTE.includes(name) || name.startsWith('hugepages-');
    if (compute) usage.set(name, value);
    if (compute || isExtendedResource(name)) usage.set(`requests.${name}`, value);
  }
  for (const name of COMPUTE) {
    const value = limits.get(name);
    if (value) usage.set(`limits.${name}`, value);
  }
  return usage;
}

function missingResources(names: readonly string[], { spec }: Pod): string | undefined {
  if (spec?.resources && Object.keys({ ...spec.resources.requests, ...spec.resources.limits }).length > 0) return undefined;
  const demanded = names.filter((n) => DEMANDED.has(n));
  const missing = new Map<string, Set<string>>();
  for (const { name, resources } of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
    const named = computeUsage(parseList(resources?.requests), parseList(resources?.limits));
    for (const resource of demanded) if (!named.has(resource)) missing.set(resource, (missing.get(resource) ?? new Set()).add(name));
  }
  if (missing.size === 0) return undefined;
  const parts = [...missing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, containers]) => `${resource} for: ${[...containers].sort().join(',')}`);
  return `must specify ${parts.join('; ')}`;
}

function podMatchesScope(selector: ScopeSelector, pod: Pod): boolean {
  const bestEffort = () => (pod.status?.qosClass ?? qosClass(pod)) === 'BestEffort';
  switch (selector.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return bestEffort();
    case 'NotBestEffort':
      return !bestEffort();
    case 'PriorityClass':
      return classMatches(selector, pod.spec?.priorityClassName ? [pod.spec.priorityClassName] : []);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod);
    default:
      return false;
  }
}

function isTerminating({ spec }: Pod): boolean {
  return spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const crosses = (term: PodAffinityTerm) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined;
  return [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].some(
    (affinity) =>
      affinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(crosses) ||
      affinity?.preferredDuringSchedulingIgnoredDuringExecution?.some((w) => crosses(w.podAffinityTerm)),
  );
}

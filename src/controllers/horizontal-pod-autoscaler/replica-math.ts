/** From metrics to a number of replicas (pkg/controller/podautoscaler/replica_calculator.go). Pure; values in thousandths. */
import type { Pod } from '../../api/core/v1.gen.ts';
import { isPodReady, podCondition } from '../shared/pod-status.ts';
import type { PodMetrics } from './metrics-client.ts';

export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

export interface Proposal {
  readonly replicas: number;
  /** Mean usage. */
  readonly usage: number;
  /** Percentage of the requests, where the target is one. */
  readonly utilization?: number;
}

export interface PodTiming {
  readonly now: number;
  readonly cpuInitializationMs: number;
  readonly initialReadinessDelayMs: number;
}

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

const MAX_INT32 = 2_147_483_647;

export function isWithin({ scaleUp, scaleDown }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

/** Sorts pods by whether their metrics count. `resource`: cpu counts only after a pod had time to start. */
export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, timing: PodTiming): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp || pod.status?.phase === 'Failed') ignored.add(name);
    else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (!metric) missing.add(name);
    else if (resource === 'cpu' && isStillStarting(pod, metric, timing)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

function isStillStarting(pod: Pod, metric: { timestamp: number; windowMs: number }, timing: PodTiming): boolean {
  const ready = podCondition(pod, 'Ready');
  if (!ready || !pod.status?.startTime) return true;
  const startedAt = Date.parse(pod.status.startTime);
  const changedAt = ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : 0;
  if (startedAt + timing.cpuInitializationMs > timing.now) {
    return ready.status === 'False' || metric.timestamp < changedAt + metric.windowMs;
  }
  return ready.status === 'False' && startedAt + timing.initialReadinessDelayMs > changedAt;
}

interface Ratio {
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number;
}

/** Usage against a target for the mean. */
export function proposeForUsage(current: number, target: number, tolerances: Tolerances, metrics: PodMetrics, groups: PodGroups): Proposal {
  const ratioOf = (all: PodMetrics): Ratio => {
    const usage = Math.trunc([...all.values()].reduce((sum, m) => sum + m.value, 0) / all.size);
    return { ratio: usage / target, usage };
  };
  return propose(current, tolerances, metrics, groups, ratioOf, () => target);
}

/** Usage against a percentage of what the pods request. `requests`: by pod name. */
export function proposeForUtilization(
  current: number,
  target: number,
  tolerances: Tolerances,
  metrics: PodMetrics,
  groups: PodGroups,
  requests: ReadonlyMap<string, number>,
): Proposal {
  const ratioOf = (all: PodMetrics): Ratio => {
    const known = [...all].filter(([name]) => requests.has(name));
    const used = known.reduce((sum, [, m]) => sum + m.value, 0);
    const requested = known.reduce((sum, [name]) => sum + (requests.get(name) ?? 0), 0);
    if (requested === 0) throw new Error('no metrics returned matched known pods');
    const utilization = Math.trunc((used * 100) / requested);
    return { ratio: utilization / target, utilization, usage: Math.trunc(used / known.length) };
  };
  const fallback = (name: string) => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target)) / 100);
  return propose(current, tolerances, metrics, groups, ratioOf, fallback);
}

/**
 * The common part. Pods without metrics are taken to use `whenMissing` before scaling down and nothing before scaling up, unready ones nothing;
 * where that would turn the direction, nothing is changed.
 */
function propose(
  current: number,
  tolerances: Tolerances,
  metrics: PodMetrics,
  groups: PodGroups,
  ratioOf: (metrics: PodMetrics) => Ratio,
  whenMissing: (name: string) => number,
): Proposal {
  const counted: PodMetrics = new Map([...metrics].filter(([name]) => !groups.ignored.has(name) && !groups.unready.has(name)));
  if (counted.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, ...shown } = ratioOf(counted);
  const addUnready = groups.unready.size > 0 && ratio > 1;
  if (!addUnready && groups.missing.size === 0) {
    return { replicas: isWithin(tolerances, ratio) ? current : Math.ceil(ratio * groups.readyCount), ...shown };
  }
  const assume = (name: string, value: number) => counted.set(name, { timestamp: 0, windowMs: 0, value });
  if (ratio < 1) groups.missing.forEach((name) => assume(name, whenMissing(name)));
  else if (ratio > 1) groups.missing.forEach((name) => assume(name, 0));
  if (addUnready) groups.unready.forEach((name) => assume(name, 0));
  const { ratio: next } = ratioOf(counted);
  const turns = (ratio < 1 && next > 1) || (ratio > 1 && next < 1);
  if (isWithin(tolerances, next) || turns) return { replicas: current, ...shown };
  const replicas = Math.ceil(next * counted.size);
  const contradicts = (next < 1 && replicas > current) || (next > 1 && replicas < current);
  return { replicas: contradicts ? current : replicas, ...shown };
}

/** One value for the whole target against a value: in proportion to the ready pods. */
export function proposeForValue(current: number, usage: number, target: number, tolerances: Tolerances, pods: readonly Pod[]): Proposal {
  const ratio = usage / target;
  if (current === 0) return { replicas: Math.ceil(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: current, usage };
  if (pods.length === 0) throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return { replicas: Math.min(Math.ceil(ratio * ready), MAX_INT32), usage };
}

/** One value for the whole target against a mean: so many pods that each has its share. */
export function proposeForAverage(statusReplicas: number, usage: number, target: number, tolerances: Tolerances): Proposal {
  const ratio = usage / (target * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : Math.min(Math.ceil(usage / target), MAX_INT32);
  return { replicas, usage: Math.ceil(usage / statusReplicas) };
}

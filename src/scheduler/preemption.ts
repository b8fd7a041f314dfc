/** Which pods of lower priority would have to go for a pod to fit (pkg/scheduler/framework/preemption, plugins/defaultpreemption). Pure. */
import type { Pod } from '../api/core/v1.gen.ts';
import type { PodDisruptionBudget } from '../api/policy/v1.gen.ts';
import { labelSelectorAsSelector } from '../machinery/selectors/label-selector.ts';
import type { NodeInfo, PodInfo } from './cache/node-info.ts';
import type { CycleState, Snapshot } from './framework/plugin.ts';
import type { Filtered, Profile } from './framework/profile.ts';

export interface Candidate {
  readonly nodeName: string;
  readonly victims: readonly Pod[];
  /** How many evictions break a disruption budget. */
  readonly violations: number;
}

const priorityOf = (pod: Pod) => pod.spec.priority ?? 0;

/** Undefined when no eviction would help, or the pod may not preempt. */
export function findPreemption(profile: Profile, pod: Pod, snapshot: Snapshot, filtered: Filtered, budgets: readonly PodDisruptionBudget[]): Candidate | undefined {
  if (pod.spec.preemptionPolicy === 'Never' || filtered.preFilter) return undefined;
  const candidates: Candidate[] = [];
  for (const [name, status] of filtered.refused) {
    const node = status.code === 'unschedulable' ? snapshot.node(name) : undefined;
    const candidate = node && victimsOn(profile, pod, snapshot, node, budgets);
    if (candidate) candidates.push(candidate);
  }
  return best(candidates);
}

/** The fewest and least important victims on one node: take all lower ones away, then give back what still fits, most important first. */
function victimsOn(profile: Profile, pod: Pod, snapshot: Snapshot, original: NodeInfo, budgets: readonly PodDisruptionBudget[]): Candidate | undefined {
  const node = original.clone();
  const state: CycleState = new Map();
  if (profile.preFilter(state, pod, snapshot).status) return undefined;
  const lower = [...node.pods.values()].filter((info) => priorityOf(info.pod) < priorityOf(pod));
  if (lower.length === 0) return undefined;
  const remove = (info: PodInfo) => {
    node.removePod(info.key);
    profile.removePod(state, pod, info, node);
  };
  for (const info of lower) remove(info);
  if (profile.filter(state, pod, node)) return undefined;
  const [violating, others] = splitByBudget(lower, budgets);
  const victims: PodInfo[] = [];
  let violations = 0;
  const tryBack = (info: PodInfo): boolean => {
    node.addPod(info);
    profile.addPod(state, pod, info, node);
    if (!profile.filter(state, pod, node)) return true;
    remove(info);
    victims.push(info);
    return false;
  };
  for (const info of violating.sort(moreImportant)) if (!tryBack(info)) violations++;
  for (const info of others.sort(moreImportant)) tryBack(info);
  return { nodeName: original.name, victims: victims.sort(moreImportant).map((v) => v.pod), violations };
}

function moreImportant(a: PodInfo, b: PodInfo): number {
  return priorityOf(b.pod) - priorityOf(a.pod) || startOf(a.pod) - startOf(b.pod);
}

function startOf(pod: Pod): number {
  return pod.status.startTime ? Date.parse(pod.status.startTime) : Number.MAX_SAFE_INTEGER;
}

function splitByBudget(infos: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): [violating: PodInfo[], others: PodInfo[]] {
  const left = budgets.map((b) => b.status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of infos) {
    let violates = false;
    budgets.forEach((budget, i) => {
      const { metadata } = info.pod;
      if (budget.metadata.namespace !== metadata.namespace || !metadata.labels || !budget.spec.selector) return;
      if (!labelSelectorAsSelector(budget.spec.selector).matches(metadata.labels) || budget.status?.disruptedPods?.[metadata.name] !== undefined) return;
      left[i] = (left[i] ?? 0) - 1;
      if ((left[i] ?? 0) < 0) violates = true;
    });
    (violates ? violating : others).push(info);
  }
  return [violating, others];
}

/** Fewest broken budgets, lowest top victim, lowest sum, fewest victims, latest start (pickOneNodeForPreemption). */
function best(candidates: readonly Candidate[]): Candidate | undefined {
  const OFFSET = 2 ** 31;
  const rank = (c: Candidate): number[] => [
    c.violations,
    priorityOf(c.victims[0] as Pod) || (c.victims.length === 0 ? -Infinity : 0),
    c.victims.reduce((sum, v) => sum + priorityOf(v) + OFFSET, 0),
    c.victims.length,
    -Math.min(...c.victims.filter((v) => priorityOf(v) === priorityOf(c.victims[0] as Pod)).map(startOf)),
  ];
  const ranked = candidates.filter((c) => c.victims.length > 0).map((c) => ({ c, rank: rank(c) }));
  ranked.sort((a, b) => {
    for (let i = 0; i < a.rank.length; i++) {
      const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return ranked[0]?.c;
}

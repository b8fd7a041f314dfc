/** The numbers of a pod disruption budget, pure (pkg/controller/disruption/disruption.go). Times in milliseconds. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/policy/v1.gen.ts';
import { isPodReady, isPodTerminal, podCondition } from '../shared/pod-status.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { setStatusCondition } from '../shared/status-condition.ts';

/** An eviction that was allowed must show within this time, or it counts no longer. */
export const DELETION_TIMEOUT_MS = 2 * 60_000;
/** The condition DisruptionTarget is taken back when the pod is still there after this time. */
const STALE_TARGET_MS = 2 * 60_000;

/** Whether the budget speaks of a share of what controllers want, so that their sizes are needed. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
}

/** `scale`: how many pods their controllers want, if it is needed. Throws for a text that is no percentage. */
export function expectedPods(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: number,
): { readonly expected: number; readonly desired: number } {
  if (spec.maxUnavailable !== undefined)
    return { expected: scale, desired: Math.max(0, scale - scaledValue(spec.maxUnavailable, scale, true)) };
  if (typeof spec.minAvailable === 'number') return { expected: pods.length, desired: spec.minAvailable };
  if (typeof spec.minAvailable === 'string') return { expected: scale, desired: scaledValue(spec.minAvailable, scale, true) };
  return { expected: 0, desired: 0 };
}

export interface Disrupted {
  /** Evictions that were allowed and have not shown yet. */
  readonly pods: Record<string, string>;
  /** Pods that were not deleted in time. */
  readonly overdue: readonly Pod[];
  /** When the next eviction will be overdue. */
  readonly recheckAt: number | undefined;
}

export function disruptedPods(pdb: PodDisruptionBudget, pods: readonly Pod[], now: number): Disrupted {
  const out: Record<string, string> = {};
  const overdue: Pod[] = [];
  let recheckAt: number | undefined;
  for (const pod of pods) {
    const time = pdb.status?.disruptedPods?.[pod.metadata.name];
    if (time === undefined || pod.metadata.deletionTimestamp) continue;
    const deadline = Date.parse(time) + DELETION_TIMEOUT_MS;
    if (deadline < now) {
      overdue.push(pod);
      continue;
    }
    out[pod.metadata.name] = time;
    recheckAt = Math.min(recheckAt ?? deadline, deadline);
  }
  return { pods: out, overdue, recheckAt };
}

export function countHealthy(pods: readonly Pod[], disrupted: Readonly<Record<string, string>>, now: number): number {
  const evicted = (name: string) => {
    const time = disrupted[name];
    return time !== undefined && Date.parse(time) + DELETION_TIMEOUT_MS > now;
  };
  return pods.filter((p) => !p.metadata.deletionTimestamp && !evicted(p.metadata.name) && isPodReady(p)).length;
}

export interface BudgetNumbers {
  readonly healthy: number;
  readonly desired: number;
  readonly expected: number;
  readonly disrupted: Record<string, string>;
}

export function budgetStatus(
  pdb: PodDisruptionBudget,
  { healthy, desired, expected, disrupted }: BudgetNumbers,
  now: number,
): PodDisruptionBudgetStatus {
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const observedGeneration = pdb.metadata.generation ?? 0;
  const allowed = disruptionsAllowed > 0;
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed ? 'True' : 'False',
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration,
  };
  return {
    observedGeneration,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    disruptionsAllowed,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    conditions: setStatusCondition(pdb.status?.conditions, condition, now),
  };
}

/** Nothing may be disrupted while the numbers are not known. */
export function failedStatus(pdb: PodDisruptionBudget, message: string, now: number): PodDisruptionBudgetStatus {
  const { status } = pdb;
  const observedGeneration = status?.observedGeneration ?? 0;
  const condition = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message, observedGeneration };
  return {
    ...status,
    currentHealthy: status?.currentHealthy ?? 0,
    desiredHealthy: status?.desiredHealthy ?? 0,
    expectedPods: status?.expectedPods ?? 0,
    disruptionsAllowed: 0,
    conditions: setStatusCondition(status?.conditions, condition, now),
  };
}

/** Milliseconds until a pod's condition DisruptionTarget must be taken back; undefined when it need not. */
export function staleTargetIn(pod: Pod, now: number): number | undefined {
  const condition = podCondition(pod, 'DisruptionTarget');
  if (pod.metadata.deletionTimestamp || isPodTerminal(pod)) return undefined;
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  return Math.max(0, Date.parse(condition.lastTransitionTime ?? '') + STALE_TARGET_MS - now);
}

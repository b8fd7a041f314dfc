/** Conditions of an autoscaler (pkg/controller/podautoscaler/horizontal.go). Pure. */
import type { HorizontalPodAutoscalerCondition, HorizontalPodAutoscalerStatus, MetricStatus } from '../../api/autoscaling/v2.gen.ts';
import { formatTime } from '../../base/clock.ts';

export interface ConditionChange {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Applies changes in order; the transition time moves with the status alone. */
export function withConditions(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  changes: readonly ConditionChange[],
  now: number,
): HorizontalPodAutoscalerCondition[] {
  // Scaling to zero is an alpha feature that is off: its condition is nobody's.
  let result = conditions.filter((c) => c.type !== 'ScaledToZero');
  for (const change of changes) {
    const old = result.find((c) => c.type === change.type);
    const lastTransitionTime = old?.status === change.status && old.lastTransitionTime ? old.lastTransitionTime : formatTime(now);
    const wanted = { ...change, lastTransitionTime };
    result = old ? result.map((c) => (c === old ? wanted : c)) : [...result, wanted];
  }
  return result;
}

export interface Outcome {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly metrics: readonly (MetricStatus | undefined)[];
  readonly isRescaled: boolean;
}

export function statusOf(
  old: HorizontalPodAutoscalerStatus | undefined,
  changes: readonly ConditionChange[],
  outcome: Outcome | undefined,
  now: number,
): HorizontalPodAutoscalerStatus {
  const conditions = withConditions(old?.conditions ?? [], changes, now);
  if (!outcome) return { desiredReplicas: 0, ...old, conditions };
  const { currentReplicas, desiredReplicas, isRescaled } = outcome;
  const lastScaleTime = isRescaled ? formatTime(now) : old?.lastScaleTime;
  // A metric that could not be read has an empty entry, so that the others keep their places.
  const currentMetrics = outcome.metrics.map((m) => m ?? { type: '' });
  return {
    currentReplicas,
    desiredReplicas,
    conditions,
    ...(currentMetrics.length > 0 && { currentMetrics }),
    ...(lastScaleTime && { lastScaleTime }),
  };
}

/** How far the wish of the metrics may go at once (normalizeDesiredReplicas of pkg/controller/podautoscaler/horizontal.go). Pure. */
import type { HPAScalingPolicy, HPAScalingRules } from '../../api/autoscaling/v2.gen.ts';
import type { ScaleEvent, ScaleHistory } from './scale-history.ts';

export interface Limits {
  readonly min: number;
  readonly max: number;
  readonly current: number;
  readonly now: number;
}

export interface Rules {
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
}

interface Finding {
  readonly reason: string;
  readonly message: string;
}

export interface Normalized {
  readonly replicas: number;
  /** For the condition AbleToScale, which stays True. */
  readonly stabilization: Finding;
  /** For the condition ScalingLimited. */
  readonly limit: Finding & { readonly isLimited: boolean };
}

const READY: Finding = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const WITHIN: Finding = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_FAST: Finding = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const TOO_MANY: Finding = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW: Finding = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
const TOO_FAST_DOWN: Finding = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const DOWN_STABILIZED: Finding = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const UP_STABILIZED: Finding = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

/** Without behavior: down only to the highest wish of the window, up to twice the size (or 4). Remembers the wish. */
export function normalize(desired: number, limits: Limits, history: ScaleHistory, windowMs: number): Normalized {
  const { current, min, max, now } = limits;
  const recent = history.recommendations.filter((r) => r.at >= now - windowMs);
  const stabilized = Math.max(desired, ...recent.map((r) => r.replicas));
  history.recommend(desired, now, windowMs);
  const stabilization = stabilized === desired ? READY : DOWN_STABILIZED;
  const fastest = Math.max(2 * current, 4);
  const upper = Math.min(max, fastest);
  if (stabilized < min) return { replicas: min, stabilization, limit: { ...TOO_FEW, isLimited: true } };
  if (stabilized > upper) return { replicas: upper, stabilization, limit: { ...(max > fastest ? TOO_FAST : TOO_MANY), isLimited: true } };
  return { replicas: stabilized, stabilization, limit: { ...WITHIN, isLimited: false } };
}

/** With behavior: windows for both directions, then the policies' rates. Remembers the wish. */
export function normalizeWithBehavior(
  desired: number,
  limits: Limits,
  history: ScaleHistory,
  rules: Rules,
  downWindowMs: number,
): Normalized {
  const upMs = (rules.scaleUp.stabilizationWindowSeconds ?? 0) * 1000;
  const downSeconds = rules.scaleDown.stabilizationWindowSeconds;
  const downMs = downSeconds === undefined ? downWindowMs : downSeconds * 1000;
  const stabilized = stabilize(desired, limits, history, upMs, downMs);
  history.recommend(desired, limits.now, Math.max(upMs, downMs));
  const direction = desired >= limits.current ? UP_STABILIZED : DOWN_STABILIZED;
  const stabilization = stabilized === desired ? READY : direction;
  return { ...limitRate(stabilized, limits, history, rules), stabilization };
}

function stabilize(desired: number, { current, now }: Limits, history: ScaleHistory, upMs: number, downMs: number): number {
  const since = (ms: number) => history.recommendations.filter((r) => r.at > now - ms).map((r) => r.replicas);
  const lowest = Math.min(desired, ...since(upMs));
  const highest = Math.max(desired, ...since(downMs));
  return Math.min(Math.max(current, lowest), highest);
}

function limitRate(desired: number, limits: Limits, history: ScaleHistory, rules: Rules): Omit<Normalized, 'stabilization'> {
  const { current, min, max } = limits;
  if (desired > current) {
    const fastest = Math.max(upLimit(limits, history, rules.scaleUp), current);
    const upper = Math.min(max, fastest);
    if (desired > upper) return { replicas: upper, limit: { ...(max > fastest ? TOO_FAST : TOO_MANY), isLimited: true } };
  } else if (desired < current) {
    const fastest = Math.min(downLimit(limits, history, rules.scaleDown), current);
    const lower = Math.max(min, fastest);
    if (desired < lower) return { replicas: lower, limit: { ...(min < fastest ? TOO_FAST_DOWN : TOO_FEW), isLimited: true } };
  }
  return { replicas: desired, limit: { ...WITHIN, isLimited: false } };
}

function upLimit(limits: Limits, history: ScaleHistory, rules: HPAScalingRules): number {
  return select(limits, rules, 'Max', (policy) => {
    const start = periodStart(policy, limits, history);
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
  });
}

function downLimit(limits: Limits, history: ScaleHistory, rules: HPAScalingRules): number {
  return select(limits, rules, 'Min', (policy) => {
    const start = periodStart(policy, limits, history);
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
  });
}

/** `most`: which extreme of the sizes is the greatest change. */
function select(limits: Limits, rules: HPAScalingRules, most: 'Min' | 'Max', size: (policy: HPAScalingPolicy) => number): number {
  if (rules.selectPolicy === 'Disabled') return limits.current;
  const sizes = (rules.policies ?? []).map(size);
  return (rules.selectPolicy === 'Min') === (most === 'Min') ? Math.max(...sizes) : Math.min(...sizes);
}

/** The size at the beginning of the policy's period. */
function periodStart(policy: HPAScalingPolicy, { current, now }: Limits, { ups, downs }: ScaleHistory): number {
  const changes = (events: readonly ScaleEvent[]) =>
    events.filter((e) => e.at > now - policy.periodSeconds * 1000).reduce((sum, e) => sum + e.change, 0);
  return current - changes(ups) + changes(downs);
}

/** Milliseconds of the longest period among the policies. */
export function longestPeriodMs(rules: HPAScalingRules | undefined): number {
  return Math.max(0, ...(rules?.policies ?? []).map((p) => p.periodSeconds)) * 1000;
}

/** Scaling behaviour in an annotation: the JSON of upstream's internal type, whose fields are named as in Go. */
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '../../../../api/autoscaling/v2.gen.ts';

export function encodeBehavior({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): string {
  return JSON.stringify({ ScaleUp: encodeRules(scaleUp), ScaleDown: encodeRules(scaleDown) });
}

function encodeRules(rules: HPAScalingRules | undefined): unknown {
  if (!rules) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: rules.policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null,
    Tolerance: rules.tolerance ?? null,
  };
}

/** Undefined when there is none, or it is broken. */
export function decodeBehavior(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  if (text === undefined) return undefined;
  try {
    const decoded = lowerCased(JSON.parse(text)) as HorizontalPodAutoscalerBehavior | null;
    return decoded && (decoded.scaleUp ?? decoded.scaleDown) ? decoded : undefined;
  } catch {
    // A broken annotation holds nothing.
    return undefined;
  }
}

/** Field names as in the API; fields without a value left out. */
function lowerCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null ? [] : [[name.charAt(0).toLowerCase() + name.slice(1), lowerCased(inner)]],
    ),
  );
}

/** Defaults of horizontal pod autoscalers (pkg/apis/autoscaling/v1 and v2, defaults.go). */
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '../../../api/autoscaling/v1.gen.ts';
import type { HPAScalingRules, HorizontalPodAutoscaler } from '../../../api/autoscaling/v2.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

export const DEFAULT_CPU_UTILIZATION = 80;
const PERIOD_SECONDS = 15;

export const autoscalingDefaults: DefaultRules = {
  'autoscaling/v1.HorizontalPodAutoscaler': rule<HorizontalPodAutoscalerV1>(({ spec }) => void (spec.minReplicas ??= 1)),
  'autoscaling/v2.HorizontalPodAutoscaler': rule(defaultHorizontalPodAutoscaler),
};

function defaultHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if ((spec.metrics?.length ?? 0) === 0) {
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: DEFAULT_CPU_UTILIZATION } } },
    ];
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp = scaleUp(spec.behavior.scaleUp);
  spec.behavior.scaleDown = scaleDown(spec.behavior.scaleDown);
}

function scaleUp(given: HPAScalingRules | undefined): HPAScalingRules {
  return over(given, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
      { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
    ],
  });
}

function scaleDown(given: HPAScalingRules | undefined): HPAScalingRules {
  return over(given, { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }] });
}

function over(given: HPAScalingRules | undefined, defaults: HPAScalingRules): HPAScalingRules {
  const set = Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined && value !== null));
  return { ...defaults, ...set };
}

/** What an autoscaler must look like (pkg/apis/autoscaling/validation). */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../../../api/autoscaling/v2.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkNonNegativeQuantity } from '../../shared/quantities.ts';
import { checkSegment } from '../../shared/typed-references.ts';
import { checkMetric } from './metric-rules.ts';

const specPath = fieldPath('spec');
const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, old?: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  checkReplicas(spec, old?.spec.minReplicas === 0 ? 0 : 1, errors);
  checkTarget(spec.scaleTargetRef, old?.spec.scaleTargetRef, specPath.child('scaleTargetRef'), errors);
  const metrics = spec.metrics ?? [];
  const path = specPath.child('metrics');
  metrics.forEach((metric, i) => checkMetric(metric, path.index(i), errors));
  if (spec.minReplicas === 0 && !metrics.some((metric) => metric.type === 'Object' || metric.type === 'External')) {
    errors.push(forbidden(path, 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[direction];
    if (rules) checkRules(rules, specPath.child('behavior', direction), errors);
  }
  return errors;
}

/** `least`: zero only where it was zero before; scaling to nothing is behind a feature gate. */
function checkReplicas({ minReplicas: min, maxReplicas: max = 0 }: HorizontalPodAutoscalerSpec, least: number, errors: FieldError[]): void {
  const path = specPath.child('maxReplicas');
  if (min !== undefined && min < least)
    errors.push(invalid(specPath.child('minReplicas'), min, `must be greater than or equal to ${least}`));
  if (max === 0) errors.push(required(path, 'must be set and greater than 0'));
  else if (max < 0) errors.push(invalid(path, max, 'must be greater than or equal to 1'));
  if (min !== undefined && max < min) errors.push(invalid(path, max, 'must be greater than or equal to `minReplicas`'));
}

/** What is scaled is of some group, but for the one kind that is older than groups. */
function checkTarget(
  reference: CrossVersionObjectReference,
  old: CrossVersionObjectReference | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { kind, name, apiVersion = '' } = reference;
  checkSegment(kind, path.child('kind'), errors);
  checkSegment(name, path.child('name'), errors);
  if (old && (old.apiVersion ?? '') === apiVersion && old.kind === kind) return;
  const problem = apiVersionProblem(apiVersion, kind === 'ReplicationController');
  if (problem) errors.push(invalid(path.child('apiVersion'), apiVersion, problem));
}

export function apiVersionProblem(apiVersion: string, coreToo: boolean): string | undefined {
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  return !coreToo && (slashes === 0 || apiVersion.startsWith('/')) ? 'apiVersion must specify API group' : undefined;
}

function checkRules(
  { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance }: HPAScalingRules,
  path: FieldPath,
  errors: FieldError[],
): void {
  const windowPath = path.child('stabilizationWindowSeconds');
  if (window !== undefined && window < 0) errors.push(invalid(windowPath, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MAX_WINDOW) errors.push(invalid(windowPath, window, `must be less than or equal to ${MAX_WINDOW}`));
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy))
    errors.push(notSupported(path.child('selectPolicy'), selectPolicy, SELECT_POLICIES));
  const here = path.child('policies');
  if ((policies?.length ?? 0) === 0) errors.push(required(here, 'must specify at least one Policy'));
  policies?.forEach((policy, i) => checkPolicy(policy, here.index(i), errors));
  if (tolerance !== undefined) checkNonNegativeQuantity(tolerance, path.child('tolerance'), errors);
}

function checkPolicy({ type, value, periodSeconds }: HPAScalingPolicy, path: FieldPath, errors: FieldError[]): void {
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(path.child('type'), type, POLICY_TYPES));
  if (value <= 0) errors.push(invalid(path.child('value'), value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalid(path.child('periodSeconds'), periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD)
    errors.push(invalid(path.child('periodSeconds'), periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
}

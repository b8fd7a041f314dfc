/**
 * autoscaling/v1 over the stored v2: v1 knows one CPU target; the rest travels in annotations, so that v1 clients do not lose it
 * (pkg/apis/autoscaling/v1/conversion.go).
 */
import type { HorizontalPodAutoscaler as V1 } from '../../../../api/autoscaling/v1.gen.ts';
import type { HorizontalPodAutoscaler as V2, MetricSpec, MetricStatus } from '../../../../api/autoscaling/v2.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { VersionConversion } from '../../../served-resource.ts';
import { reshaped } from '../../shared/reshaped.ts';
import { DEFAULT_CPU_UTILIZATION } from '../defaults.ts';
import { decodeBehavior, encodeBehavior } from './behavior-annotation.ts';
import { fromOldSpec, fromOldStatus, toOldSpec, toOldStatus } from './metric-annotations.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const STATUSES = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const ALL = [METRICS, STATUSES, CONDITIONS, BEHAVIOR, `${PREFIX}scale-down-tolerance`, `${PREFIX}scale-up-tolerance`];

export const toV2Object = (object: AnyObject): AnyObject =>
  reshaped('autoscaling/v2.HorizontalPodAutoscaler', 'autoscaling/v2', toV2(object as unknown as V1) as unknown as AnyObject);

export const horizontalPodAutoscalerConversion: VersionConversion = {
  toStored: toV2Object,
  fromStored: (object) =>
    reshaped('autoscaling/v1.HorizontalPodAutoscaler', 'autoscaling/v1', toV1(object as unknown as V2) as unknown as AnyObject),
};

const isCpuUtilization = (metric: MetricSpec) =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && typeof metric.resource.target.averageUtilization === 'number';

function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function toV2(v1: V1): V2 {
  const annotations = v1.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: cpu, ...spec } = v1.spec;
  const { currentCPUUtilizationPercentage: currentCpu, ...status } = v1.status ?? {};
  const others = parsed<Record<string, unknown>>(annotations[METRICS])?.map(fromOldSpec);
  const metrics = [...(others ?? []), ...(typeof cpu === 'number' ? [cpuMetric(cpu)] : [])];
  const behavior = decodeBehavior(annotations[BEHAVIOR]);
  const statuses =
    parsed<Record<string, unknown>>(annotations[STATUSES])?.map(fromOldStatus) ??
    (typeof currentCpu === 'number'
      ? [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: currentCpu } } }]
      : undefined);
  const conditions = parsed(annotations[CONDITIONS]);
  return {
    ...v1,
    metadata: { ...v1.metadata, annotations: withoutOurs(annotations) },
    spec: { ...spec, metrics: metrics.length > 0 ? metrics : [cpuMetric(DEFAULT_CPU_UTILIZATION)], ...(behavior && { behavior }) },
    status: { ...status, ...(statuses && { currentMetrics: statuses }), ...(conditions && { conditions }) },
  } as unknown as V2;
}

function toV1(v2: V2): V1 {
  const { metrics = [], behavior, ...spec } = v2.spec;
  const { currentMetrics, conditions, ...status } = v2.status ?? {};
  const annotations = withoutOurs(v2.metadata.annotations ?? {});
  const others = metrics.filter((m) => !isCpuUtilization(m)).map(toOldSpec);
  if (others.length > 0) annotations[METRICS] = JSON.stringify(others);
  if ((currentMetrics?.length ?? 0) > 0) annotations[STATUSES] = JSON.stringify(currentMetrics?.map(toOldStatus));
  if (behavior) annotations[BEHAVIOR] = encodeBehavior(behavior);
  if ((conditions?.length ?? 0) > 0) annotations[CONDITIONS] = JSON.stringify(conditions);
  const cpu = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization;
  const currentCpu = currentMetrics?.findLast(isCurrentCpu)?.resource?.current.averageUtilization;
  return {
    ...v2,
    metadata: { ...v2.metadata, annotations },
    spec: { ...spec, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: { ...status, ...(currentCpu !== undefined && { currentCPUUtilizationPercentage: currentCpu }) },
  } as unknown as V1;
}

const isCurrentCpu = (metric: MetricStatus) =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && typeof metric.resource.current.averageUtilization === 'number';

function withoutOurs(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !ALL.includes(name)));
}

/** The list in an annotation; undefined when it is absent or broken, which upstream ignores too. */
function parsed<T>(text: string | undefined): T[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as T[]) : undefined;
  } catch {
    // A broken annotation holds nothing.
    return undefined;
  }
}

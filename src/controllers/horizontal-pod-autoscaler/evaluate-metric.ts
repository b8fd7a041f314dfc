/** What one metric of an autoscaler asks for (computeReplicasForMetric of pkg/controller/podautoscaler/horizontal.go). */
import type {
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../api/autoscaling/v2.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { LabelSelector } from '../../api/meta/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { MetricsClient, PodMetrics } from './metrics-client.ts';
import {
  groupPods,
  proposeForAverage,
  proposeForUsage,
  proposeForUtilization,
  proposeForValue,
  type PodTiming,
  type Proposal,
  type Tolerances,
} from './replica-math.ts';
import { requestsOf } from './requests.ts';

export interface MetricContext {
  readonly hpa: HorizontalPodAutoscaler;
  readonly client: MetricsClient;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** Of the target's pods. */
  readonly selector: string;
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  readonly timing: PodTiming;
  /** Plural name with group of a kind; rejects for one that is not served. */
  resourceOf(apiVersion: string | undefined, kind: string): Promise<string>;
}

export interface MetricResult {
  readonly replicas: number;
  /** How messages call the metric. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** A metric that says nothing. */
export class MetricError extends Error {
  /** Of the event and of the condition ScalingActive. */
  readonly reason: string;
  /** What went wrong, without what it was about. */
  readonly detail: string;

  constructor(reason: string, detail: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Rejects with MetricError. */
export async function evaluateMetric(spec: MetricSpec, ctx: MetricContext): Promise<MetricResult> {
  const [reason, what] = describe(spec);
  try {
    return await evaluate(spec, ctx);
  } catch (error) {
    const detail = errorMessage(error);
    throw new MetricError(reason, detail, what === '' ? detail : `failed to get ${what} metric value: ${detail}`, { cause: error });
  }
}

function describe(spec: MetricSpec): readonly [reason: string, what: string] {
  switch (spec.type) {
    case 'Object':
      return ['FailedGetObjectMetric', 'object'];
    case 'Pods':
      return ['FailedGetPodsMetric', 'pods'];
    case 'Resource':
      return ['FailedGetResourceMetric', `${spec.resource?.name ?? ''} resource`];
    case 'ContainerResource':
      return ['FailedGetContainerResourceMetric', `${spec.containerResource?.container ?? ''} container`];
    case 'External':
      return ['FailedGetExternalMetric', `${spec.external?.metric.name ?? ''} external`];
    default:
      return ['InvalidMetricSourceType', ''];
  }
}

function evaluate(spec: MetricSpec, ctx: MetricContext): Promise<MetricResult> {
  if (spec.type === 'Resource' && spec.resource) return ofResource(spec.resource, undefined, ctx);
  if (spec.type === 'ContainerResource' && spec.containerResource) {
    return ofResource(spec.containerResource, spec.containerResource.container, ctx);
  }
  if (spec.type === 'Pods' && spec.pods) return ofPods(spec.pods, ctx);
  if (spec.type === 'Object' && spec.object) return ofObject(spec.object, ctx);
  if (spec.type === 'External' && spec.external) return ofExternal(spec.external, ctx);
  return Promise.reject(new Error(`unknown metric source type "${spec.type}"`));
}

async function ofResource(
  { name, target }: { readonly name: string; readonly target: MetricTarget },
  container: string | undefined,
  ctx: MetricContext,
): Promise<MetricResult> {
  const { proposal, label } = await proposeForResource(name, target, container, ctx);
  const averageValue = Quantity.ofMilli(proposal.usage, name === 'memory' ? 'BinarySI' : 'DecimalSI').toString();
  const current: MetricValueStatus = {
    averageValue,
    ...(proposal.utilization !== undefined && { averageUtilization: proposal.utilization }),
  };
  const status: MetricStatus =
    container === undefined
      ? { type: 'Resource', resource: { name, current } }
      : { type: 'ContainerResource', containerResource: { name, container, current } };
  return { replicas: proposal.replicas, name: label, status };
}

async function proposeForResource(
  name: string,
  target: MetricTarget,
  container: string | undefined,
  ctx: MetricContext,
): Promise<{ proposal: Proposal; label: string }> {
  const { averageValue, averageUtilization } = target;
  const what = averageValue === undefined ? 'utilization' : 'usage';
  if (averageValue === undefined && averageUtilization === undefined) {
    throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  }
  try {
    const metrics = await unless(`unable to get metrics for resource ${name}`, () =>
      ctx.client.resource(name, ctx.hpa.metadata.namespace, ctx.selector, container),
    );
    if (averageValue !== undefined) {
      return { proposal: forUsage(metrics, Quantity.parse(averageValue).milliValue(), name, ctx), label: `${name} resource` };
    }
    const groups = groupPods(somePods(ctx), metrics, name, ctx.timing);
    const requests = requestsOf(ctx.pods, name, container);
    const proposal = proposeForUtilization(ctx.specReplicas, averageUtilization ?? 0, ctx.tolerances, metrics, groups, requests);
    const of = container === undefined ? 'resource' : 'container resource';
    return { proposal, label: `${name} ${of} utilization (percentage of request)` };
  } catch (error) {
    throw new Error(`failed to get ${name} ${what}: ${errorMessage(error)}`, { cause: error });
  }
}

async function ofPods({ metric, target }: NonNullable<MetricSpec['pods']>, ctx: MetricContext): Promise<MetricResult> {
  const metrics = await unless(`unable to get metric ${metric.name}`, () =>
    ctx.client.pods(metric.name, ctx.hpa.metadata.namespace, ctx.selector, selectorText(metric.selector)),
  );
  const { replicas, usage } = forUsage(metrics, milli(target.averageValue), '', ctx);
  const status = { type: 'Pods', pods: { metric: identifier(metric), current: { averageValue: quantity(usage) } } };
  return { replicas, name: `pods metric ${metric.name}`, status };
}

async function ofObject({ metric, target, describedObject }: NonNullable<MetricSpec['object']>, ctx: MetricContext): Promise<MetricResult> {
  const { kind, name, apiVersion } = describedObject;
  const byValue = target.type === 'Value' && target.value !== undefined;
  if (!byValue && !(target.type === 'AverageValue' && target.averageValue !== undefined)) {
    throw new Error('invalid object metric source: neither a value target nor an average value target was set');
  }
  const { namespace } = ctx.hpa.metadata;
  const read = () =>
    unless(`unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/`, async () => {
      const resource = await ctx.resourceOf(apiVersion, kind);
      return ctx.client.object(metric.name, namespace, { ...describedObject, resource }, selectorText(metric.selector));
    });
  const status = (current: MetricValueStatus): MetricStatus => ({
    type: 'Object',
    object: { describedObject, metric: identifier(metric), current },
  });
  if (byValue) {
    const { replicas, usage } = proposeForValue(ctx.specReplicas, await read(), milli(target.value), ctx.tolerances, ctx.pods);
    return { replicas, name: `${kind} metric ${metric.name}`, status: status({ value: quantity(usage) }) };
  }
  const total = await unless(`failed to get ${metric.name} object metric`, read);
  const { replicas, usage } = proposeForAverage(ctx.statusReplicas, total, milli(target.averageValue), ctx.tolerances);
  return { replicas, name: externalName(metric), status: status({ averageValue: quantity(usage) }) };
}

async function ofExternal({ metric, target }: NonNullable<MetricSpec['external']>, ctx: MetricContext): Promise<MetricResult> {
  const { namespace } = ctx.hpa.metadata;
  const byAverage = target.averageValue !== undefined;
  if (!byAverage && target.value === undefined) {
    throw new Error('invalid external metric source: neither a value target nor an average value target was set');
  }
  const about = byAverage ? `failed to get ${metric.name} external metric` : `failed to get external metric ${metric.name}`;
  return unless(about, async () => {
    const values = await unless(`unable to get external metric ${namespace}/${metric.name}/${goSelector(metric.selector)}`, () =>
      ctx.client.external(metric.name, namespace, selectorText(metric.selector)),
    );
    const total = values.reduce((sum, value) => sum + value, 0);
    const { replicas, usage } = byAverage
      ? proposeForAverage(ctx.statusReplicas, total, milli(target.averageValue), ctx.tolerances)
      : proposeForValue(ctx.specReplicas, total, milli(target.value), ctx.tolerances, ctx.pods);
    const current = byAverage ? { averageValue: quantity(usage) } : { value: quantity(usage) };
    return { replicas, name: externalName(metric), status: { type: 'External', external: { metric: identifier(metric), current } } };
  });
}

function forUsage(metrics: PodMetrics, target: number, resource: string, ctx: MetricContext): Proposal {
  const groups = groupPods(somePods(ctx), metrics, resource, ctx.timing);
  return proposeForUsage(ctx.specReplicas, target, ctx.tolerances, metrics, groups);
}

function somePods({ pods }: MetricContext): readonly Pod[] {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  return pods;
}

/** Puts what was being done before the error's message. */
async function unless<T>(doing: string, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw new Error(`${doing}: ${errorMessage(error)}`, { cause: error });
  }
}

function identifier({ name, selector }: MetricIdentifier): MetricIdentifier {
  return { name, ...(selector && { selector }) };
}

function externalName({ name, selector }: MetricIdentifier): string {
  return `external metric ${name}(${goSelector(selector)})`;
}

function milli(value: string | undefined): number {
  return Quantity.parse(value ?? '0').milliValue();
}

function quantity(milliValue: number): string {
  return Quantity.ofMilli(milliValue).toString();
}

/** The query of a metric selector: one that is left out matches nothing, which the metrics APIs are asked for with no selector at all. */
function selectorText(selector: LabelSelector | undefined): string {
  return selector ? labelSelectorAsSelector(selector).toString() : '';
}

/** A selector as Go prints it. */
function goSelector(selector: LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const map = labels.map(([k, v]) => `${k}: ${v},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${map}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

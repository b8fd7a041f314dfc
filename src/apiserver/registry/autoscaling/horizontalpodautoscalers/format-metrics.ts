/** Metrics of an autoscaler as `current/target`, at most two of them (formatHPAMetrics in upstream's printers.go). */
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../../../api/autoscaling/v2.gen.ts';

const MAX = 2;
const UNKNOWN = '<unknown>';

export function formatMetrics(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>';
  const list = specs.map((spec, i) => formatMetric(spec, statuses[i]));
  const shown = list.slice(0, MAX).join(', ');
  return list.length > MAX ? `${shown} + ${list.length - MAX} more...` : shown;
}

function formatMetric(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return amount(spec.external?.target, status?.external?.current);
    case 'Object':
      return amount(spec.object?.target, status?.object?.current);
    case 'Pods':
      return `${status?.pods ? (status.pods.current.averageValue ?? '0') : UNKNOWN}/${spec.pods?.target.averageValue ?? '0'}`;
    case 'Resource':
      return `${spec.resource?.name ?? ''}: ${usage(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name ?? ''}: ${usage(spec.containerResource?.target, status?.containerResource?.current)}`;
    default:
      return '<unknown type>';
  }
}

function amount(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current ? (current.value ?? '0') : UNKNOWN}/${target?.value ?? '0'}`;
}

function usage(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current ? (current.averageValue ?? '0') : UNKNOWN}/${target.averageValue}`;
  const percent = (value: number | undefined | null, none: string) => (typeof value === 'number' ? `${value}%` : none);
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target?.averageUtilization, '<auto>')}`;
}

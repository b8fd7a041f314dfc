/** Metrics as v1 writes them into annotations: flat fields, in Go's order. */
import type { MetricIdentifier, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../../../api/autoscaling/v2.gen.ts';

type Old = Record<string, unknown>;
/** Sources of a metric, in the order in which they print. */
const SOURCES = ['object', 'pods', 'resource', 'containerResource', 'external'] as const;

interface Source {
  readonly describedObject?: unknown;
  readonly metric?: MetricIdentifier;
  readonly name?: string;
  readonly container?: string;
  readonly target?: MetricTarget;
  readonly current?: MetricValueStatus;
}

export function toOldSpec(metric: MetricSpec): Old {
  return each(metric as unknown as Old, (kind, source) => {
    const { describedObject, metric: id, name, container, target } = source;
    switch (kind) {
      case 'object':
        return {
          target: describedObject,
          metricName: id?.name,
          targetValue: target?.value ?? '0',
          selector: id?.selector,
          averageValue: target?.averageValue,
        };
      case 'pods':
        return { metricName: id?.name, targetAverageValue: target?.averageValue ?? '0', selector: id?.selector };
      case 'external':
        return { metricName: id?.name, metricSelector: id?.selector, targetValue: target?.value, targetAverageValue: target?.averageValue };
      default:
        return { name, targetAverageUtilization: target?.averageUtilization, targetAverageValue: target?.averageValue, container };
    }
  });
}

export function fromOldSpec(old: Old): MetricSpec {
  return each(old, (kind, source) => {
    const o = source as Old;
    const present = (name: string) => o[name] !== undefined && o[name] !== null;
    switch (kind) {
      case 'object': {
        const averages = present('averageValue');
        const value = averages && (o['targetValue'] === '0' || o['targetValue'] === undefined) ? undefined : (o['targetValue'] ?? '0');
        return {
          describedObject: o['target'],
          target: { type: averages ? 'AverageValue' : 'Value', value, averageValue: o['averageValue'] },
          metric: { name: o['metricName'], selector: o['selector'] },
        };
      }
      case 'pods':
        return {
          metric: { name: o['metricName'], selector: o['selector'] },
          target: { type: 'AverageValue', averageValue: o['targetAverageValue'] },
        };
      case 'external':
        return {
          metric: { name: o['metricName'], selector: o['metricSelector'] },
          target: {
            type: present('targetValue') ? 'Value' : 'AverageValue',
            value: o['targetValue'],
            averageValue: o['targetAverageValue'],
          },
        };
      default:
        return {
          name: o['name'],
          target: {
            type: present('targetAverageUtilization') ? 'Utilization' : 'AverageValue',
            averageValue: o['targetAverageValue'],
            averageUtilization: o['targetAverageUtilization'],
          },
          container: o['container'],
        };
    }
  }) as unknown as MetricSpec;
}

export function toOldStatus(metric: MetricStatus): Old {
  return each(metric as unknown as Old, (kind, source) => {
    const { describedObject, metric: id, name, container, current } = source;
    switch (kind) {
      case 'object':
        return {
          target: describedObject,
          metricName: id?.name,
          currentValue: current?.value ?? '0',
          selector: id?.selector,
          averageValue: current?.averageValue,
        };
      case 'pods':
        return { metricName: id?.name, currentAverageValue: current?.averageValue ?? '0', selector: id?.selector };
      case 'external':
        return {
          metricName: id?.name,
          metricSelector: id?.selector,
          currentValue: current?.value ?? '0',
          currentAverageValue: current?.averageValue,
        };
      default:
        return {
          name,
          currentAverageUtilization: current?.averageUtilization,
          currentAverageValue: current?.averageValue ?? '0',
          container,
        };
    }
  });
}

export function fromOldStatus(old: Old): MetricStatus {
  return each(old, (kind, source) => {
    const o = source as Old;
    const metric = { name: o['metricName'], selector: o['selector'] ?? o['metricSelector'] };
    switch (kind) {
      case 'object':
        return { describedObject: o['target'], metric, current: { value: o['currentValue'], averageValue: o['averageValue'] } };
      case 'pods':
        return { metric, current: { averageValue: o['currentAverageValue'] } };
      case 'external':
        return { metric, current: { value: o['currentValue'], averageValue: o['currentAverageValue'] } };
      default:
        return {
          name: o['name'],
          container: o['container'],
          current: { averageValue: o['currentAverageValue'], averageUtilization: o['currentAverageUtilization'] },
        };
    }
  }) as unknown as MetricStatus;
}

function each(metric: Old, convert: (kind: (typeof SOURCES)[number], source: Source) => Old): Old {
  const out: Old = { type: metric['type'] };
  for (const kind of SOURCES) {
    const source = metric[kind] as Source | undefined;
    if (source) out[kind] = convert(kind, source);
  }
  return out;
}

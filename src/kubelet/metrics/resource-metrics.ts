/** GET /metrics/resource: what metrics-server reads (KEP-1206). */
import type { PodUsage, Usage } from '../stats/pod-usages.ts';
import { exposition, type MetricFamily, type Sample } from './exposition.ts';

const NANO = 1e9;

/** `now` in milliseconds since the epoch. */
export function resourceMetrics(node: Usage | undefined, pods: readonly PodUsage[], now: number): string {
  const sample = (value: number, labels?: Sample['labels']): Sample => ({ value, labels, time: now });
  const containers = pods.flatMap(({ pod, containers: list }) =>
    list.map(({ status, usage }) => ({
      status,
      usage,
      labels: { container: status.name, namespace: pod.metadata.namespace, pod: pod.metadata.name },
    })),
  );
  const ofPods = (value: (pod: PodUsage) => number) =>
    pods.map((p) => sample(value(p), { namespace: p.pod.metadata.namespace, pod: p.pod.metadata.name }));
  const family = (name: string, type: MetricFamily['type'], help: string, samples: Sample[]): MetricFamily => ({
    name,
    type,
    help,
    samples,
  });
  return exposition([
    family(
      'container_cpu_usage_seconds_total',
      'counter',
      '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
      containers.map((c) => sample(c.usage.cpuNanos / NANO, c.labels)),
    ),
    family(
      'container_memory_working_set_bytes',
      'gauge',
      '[STABLE] Current working set of the container in bytes',
      containers.map((c) => sample(c.usage.workingSet, c.labels)),
    ),
    family(
      'container_start_time_seconds',
      'gauge',
      '[STABLE] Start time of the container since unix epoch in seconds',
      containers.map((c) => sample(c.status.startedAt / 1000, c.labels)),
    ),
    family(
      'container_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems',
      containers.map((c) => sample(c.usage.swap, c.labels)),
    ),
    family(
      'node_cpu_usage_seconds_total',
      'counter',
      '[STABLE] Cumulative cpu time consumed by the node in core-seconds',
      node ? [sample(node.cpuNanos / NANO)] : [],
    ),
    family(
      'node_memory_working_set_bytes',
      'gauge',
      '[STABLE] Current working set of the node in bytes',
      node ? [sample(node.workingSet)] : [],
    ),
    family(
      'node_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems',
      node ? [sample(node.swap)] : [],
    ),
    family(
      'pod_cpu_usage_seconds_total',
      'counter',
      '[STABLE] Cumulative cpu time consumed by the pod in core-seconds',
      ofPods((p) => p.usage.cpuNanos / NANO),
    ),
    family(
      'pod_memory_working_set_bytes',
      'gauge',
      '[STABLE] Current working set of the pod in bytes',
      ofPods((p) => p.usage.workingSet),
    ),
    family(
      'pod_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems',
      ofPods((p) => p.usage.swap),
    ),
    family('resource_scrape_error', 'gauge', '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise', [
      { value: node ? 0 : 1 },
    ]),
  ]);
}

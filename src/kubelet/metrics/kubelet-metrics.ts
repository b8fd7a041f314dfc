/** What /metrics tells of the kubelet itself (pkg/kubelet/metrics). */
import { exponentialBuckets, MetricsRegistry } from '../../base/metrics.ts';
import { KUBELET_VERSION } from '../node/version.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type KubeletMetrics = ReturnType<typeof kubeletMetrics>;

export function kubeletMetrics(nodeName: string) {
  const registry = new MetricsRegistry();
  const seconds = (name: string, help: string, labels: readonly string[] = [], buckets: readonly number[] = SECONDS) =>
    registry.histogram({ name, help: `[ALPHA] ${help}`, labels, buckets });
  const counter = (name: string, help: string, labels: readonly string[] = []) =>
    registry.counter({ name, help: `[ALPHA] ${help}`, labels });
  const metrics = {
    registry,
    runningPods: registry.gauge({ name: 'kubelet_running_pods', help: '[ALPHA] Number of pods that have a running pod sandbox' }),
    runningContainers: registry.gauge({
      name: 'kubelet_running_containers',
      help: '[ALPHA] Number of containers currently running',
      labels: ['container_state'],
    }),
    podWorker: seconds(
      'kubelet_pod_worker_duration_seconds',
      'Duration in seconds to sync a single pod. Broken down by operation type: create, update, or sync',
      ['operation_type'],
    ),
    relist: seconds('kubelet_pleg_relist_duration_seconds', 'Duration in seconds for relisting pods in PLEG.'),
    operations: counter('kubelet_runtime_operations_total', 'Cumulative number of runtime operations by operation type.', [
      'operation_type',
    ]),
    operationErrors: counter(
      'kubelet_runtime_operations_errors_total',
      'Cumulative number of runtime operation errors by operation type.',
      ['operation_type'],
    ),
    operationDuration: seconds(
      'kubelet_runtime_operations_duration_seconds',
      'Duration in seconds of runtime operations. Broken down by operation type.',
      ['operation_type'],
      exponentialBuckets(0.005, 2.5, 14),
    ),
    evictions: counter('kubelet_evictions', 'Cumulative number of pod evictions by eviction signal', ['eviction_signal']),
    admissionRejections: counter('kubelet_admission_rejections_total', 'Cumulative number pod admission rejections by the Kubelet.', [
      'reason',
    ]),
  };
  registry
    .gauge({ name: 'kubelet_node_name', help: "[ALPHA] The node's name. The count is always 1.", labels: ['node'] })
    .set(1, { node: nodeName });
  const [major = '', minor = ''] = KUBELET_VERSION.slice(1).split('.');
  registry
    .gauge({
      name: 'kubernetes_build_info',
      help: "[ALPHA] A metric with a constant '1' value labeled by major, minor and git version from which Kubernetes was built",
      labels: ['major', 'minor', 'git_version'],
    })
    .set(1, { major, minor, git_version: KUBELET_VERSION });
  return metrics;
}

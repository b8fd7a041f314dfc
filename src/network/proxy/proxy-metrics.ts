import { exponentialBuckets, linearBuckets, type MetricsRegistry } from '../../base/metrics.ts';

/** Metrics of kube-proxy in nftables mode, with upstream's names (pkg/proxy/metrics). */
export type ProxyMetrics = ReturnType<typeof proxyMetrics>;

export function proxyMetrics(registry: MetricsRegistry) {
  const family = ['ip_family'];
  const buckets = exponentialBuckets(0.001, 2, 15);
  const name = (suffix: string) => `kubeproxy_${suffix}`;
  return {
    syncSeconds: registry.histogram({
      name: name('sync_proxy_rules_duration_seconds'),
      help: 'SyncProxyRules latency in seconds',
      labels: family,
      buckets,
    }),
    fullSyncSeconds: registry.histogram({
      name: name('sync_full_proxy_rules_duration_seconds'),
      help: 'SyncProxyRules latency in seconds for full resyncs',
      labels: family,
      buckets,
    }),
    partialSyncSeconds: registry.histogram({
      name: name('sync_partial_proxy_rules_duration_seconds'),
      help: 'SyncProxyRules latency in seconds for partial resyncs',
      labels: family,
      buckets,
    }),
    lastSync: registry.gauge({
      name: name('sync_proxy_rules_last_timestamp_seconds'),
      help: 'The last time proxy rules were successfully synced',
      labels: family,
    }),
    lastQueued: registry.gauge({
      name: name('sync_proxy_rules_last_queued_timestamp_seconds'),
      help: 'The last time a sync of proxy rules was queued',
      labels: family,
    }),
    programmingSeconds: registry.histogram({
      name: name('network_programming_duration_seconds'),
      help: 'In Cluster Network Programming Latency in seconds',
      labels: family,
      buckets: [...linearBuckets(0.25, 0.25, 2), ...linearBuckets(1, 1, 59), ...linearBuckets(60, 5, 12), ...linearBuckets(120, 30, 7)],
    }),
    endpointChangesPending: registry.gauge({
      name: name('sync_proxy_rules_endpoint_changes_pending'),
      help: 'Pending proxy rules Endpoint changes',
    }),
    endpointChangesTotal: registry.counter({
      name: name('sync_proxy_rules_endpoint_changes_total'),
      help: 'Cumulative proxy rules Endpoint changes',
    }),
    serviceChangesPending: registry.gauge({
      name: name('sync_proxy_rules_service_changes_pending'),
      help: 'Pending proxy rules Service changes',
    }),
    serviceChangesTotal: registry.counter({
      name: name('sync_proxy_rules_service_changes_total'),
      help: 'Cumulative proxy rules Service changes',
    }),
    syncFailures: registry.counter({
      name: name('sync_proxy_rules_nftables_sync_failures_total'),
      help: 'Cumulative proxy nftables sync failures',
      labels: family,
    }),
    cleanupFailures: registry.counter({
      name: name('sync_proxy_rules_nftables_cleanup_failures_total'),
      help: 'Cumulative proxy nftables cleanup failures',
      labels: family,
    }),
    healthz: registry.counter({ name: name('proxy_healthz_total'), help: 'Cumulative proxy healthz HTTP status', labels: ['code'] }),
    livez: registry.counter({ name: name('proxy_livez_total'), help: 'Cumulative proxy livez HTTP status', labels: ['code'] }),
    noLocalEndpoints: registry.gauge({
      name: name('sync_proxy_rules_no_local_endpoints_total'),
      help: 'Number of services with a Local traffic policy and no endpoints',
      labels: ['traffic_policy', 'ip_family'],
    }),
    conntrackSeconds: registry.histogram({
      name: name('conntrack_reconciler_sync_duration_seconds'),
      help: 'ReconcileConntrackFlowsLatency latency in seconds',
      labels: family,
      buckets,
    }),
    conntrackDeleted: registry.counter({
      name: name('conntrack_reconciler_deleted_entries_total'),
      help: 'Cumulative conntrack flows deleted by conntrack reconciler',
      labels: family,
    }),
  };
}

import { exponentialBuckets, type MetricsRegistry } from '../../base/metrics.ts';

/** Metrics of the DNS server, with CoreDNS' names. */
export type DnsMetrics = ReturnType<typeof dnsMetrics>;

export function dnsMetrics(registry: MetricsRegistry) {
  return {
    requests: registry.counter({
      name: 'coredns_dns_requests_total',
      help: 'Counter of DNS requests made per zone, protocol and family.',
      labels: ['zone', 'proto', 'type'],
    }),
    responses: registry.counter({
      name: 'coredns_dns_responses_total',
      help: 'Counter of response status codes.',
      labels: ['zone', 'rcode'],
    }),
    dropped: registry.counter({ name: 'coredns_dns_dropped_total', help: 'Messages that got no answer.', labels: ['reason'] }),
    forwardSeconds: registry.histogram({
      name: 'coredns_forward_request_duration_seconds',
      help: 'Histogram of the time each request took.',
      labels: ['to', 'rcode'],
      buckets: exponentialBuckets(0.00025, 2, 16),
    }),
    forwardRefused: registry.counter({
      name: 'coredns_forward_max_concurrent_rejects_total',
      help: 'Requests rejected because too many were waiting, or no upstream answered.',
    }),
    cacheHits: registry.counter({ name: 'coredns_cache_hits_total', help: 'The count of cache hits.' }),
    cacheMisses: registry.counter({ name: 'coredns_cache_misses_total', help: 'The count of cache misses.' }),
    cacheEntries: registry.gauge({ name: 'coredns_cache_entries', help: 'The number of elements in the cache.' }),
  };
}

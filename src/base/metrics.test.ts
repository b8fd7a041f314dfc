import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry, exponentialBuckets } from './metrics.ts';

test('text format', () => {
  const registry = new MetricsRegistry();
  const requests = registry.counter({ name: 'requests_total', help: 'Requests.\nAll.', labels: ['code', 'path'] });
  requests.add(1, { code: '200', path: '/a"b\\' });
  requests.add(2, { code: '200', path: '/a"b\\' });
  registry.gauge({ name: 'pending', help: 'Pending.' }).set(1.5e-9);
  const seconds = registry.histogram({ name: 'seconds', help: 'Time.', labels: ['verb'], buckets: exponentialBuckets(0.5, 2, 2) });
  for (const value of [0.5, 0.7, 9]) seconds.observe(value, { verb: 'get' });
  assert.equal(
    registry.render(),
    `# HELP requests_total Requests.\\nAll.
# TYPE requests_total counter
requests_total{code="200",path="/a\\"b\\\\"} 3
# HELP pending Pending.
# TYPE pending gauge
pending 1.5e-09
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{verb="get",le="0.5"} 1
seconds_bucket{verb="get",le="1"} 2
seconds_bucket{verb="get",le="+Inf"} 3
seconds_sum{verb="get"} 10.2
seconds_count{verb="get"} 3
`,
  );
  assert.throws(() => registry.gauge({ name: 'pending', help: '' }), /name is taken/);
});

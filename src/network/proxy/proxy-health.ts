/** Whether the proxy keeps up, and what /healthz and /livez say of it (pkg/proxy/healthcheck/proxy_health.go; KEP-3458, KEP-3836). */
import type { Clock } from '../../base/clock.ts';
import type { IpFamily } from '../../base/ip.ts';
import type { PlainRequest, PlainResponse } from '../../host/http-listener.ts';
import type { ProxyMetrics } from './proxy-metrics.ts';

export interface ProxyHealthOptions {
  readonly clock: Clock;
  readonly metrics: ProxyMetrics;
  /** An update that waits longer than this makes the proxy unhealthy. */
  readonly timeoutMs: number;
  /** False when load balancers should send this node nothing new: it is being deleted. */
  nodeEligible(): boolean;
}

export class ProxyHealth {
  readonly #options: ProxyHealthOptions;
  readonly #lastUpdated = new Map<IpFamily, number>();
  readonly #oldestQueued = new Map<IpFamily, number>();

  constructor(options: ProxyHealthOptions) {
    this.#options = options;
  }

  /** The family's rules now show the current state. */
  updated(family: IpFamily): void {
    this.#oldestQueued.delete(family);
    this.#lastUpdated.set(family, this.#options.clock.now());
  }

  /** A change came in that the rules do not show yet. */
  queuedUpdate(family: IpFamily): void {
    if (!this.#oldestQueued.has(family)) this.#oldestQueued.set(family, this.#options.clock.now());
  }

  get healthy(): boolean {
    return [...this.#lastUpdated.keys()].every((family) => this.#isHealthy(family));
  }

  handle(request: PlainRequest): PlainResponse {
    if (request.path === '/healthz') {
      const nodeEligible = this.#options.nodeEligible();
      const status = this.healthy && nodeEligible ? 200 : 503;
      this.#options.metrics.healthz.add(1, { code: String(status) });
      return this.#answer(status, { nodeEligible });
    }
    if (request.path === '/livez') {
      const status = this.healthy ? 200 : 503;
      this.#options.metrics.livez.add(1, { code: String(status) });
      return this.#answer(status, {});
    }
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      body: '404 page not found\n',
    };
  }

  #isHealthy(family: IpFamily): boolean {
    const queued = this.#oldestQueued.get(family);
    return queued === undefined || this.#options.clock.now() - queued < this.#options.timeoutMs;
  }

  #answer(status: number, extra: object): PlainResponse {
    const now = this.#options.clock.now();
    // A healthy proxy always says "just now": that is what readers of this field have relied on since before it could tell more.
    const lastUpdated = status === 200 ? now : Math.max(0, ...this.#lastUpdated.values());
    const families = [...this.#lastUpdated].map(([family, at]) => [
      `IPv${family}`,
      { lastUpdated: time(at), healthy: this.#isHealthy(family) },
    ]);
    const body = {
      lastUpdated: time(lastUpdated),
      currentTime: time(now),
      ...extra,
      healthy: this.healthy,
      status: Object.fromEntries(families),
    };
    return { status, headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }, body: JSON.stringify(body) };
  }
}

function time(ms: number): string {
  return ms === 0 ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString();
}

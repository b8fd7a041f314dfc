/** Reads the metrics APIs that an extension server serves (pkg/controller/podautoscaler/metrics, k8s.io/metrics). */
import type { CrossVersionObjectReference } from '../../api/autoscaling/v2.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Query } from '../../client/transport.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { isNotFound } from '../../machinery/status-error.ts';

export interface PodMetric {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly windowMs: number;
  /** In thousandths. */
  readonly value: number;
}

/** By pod name. */
export type PodMetrics = Map<string, PodMetric>;

interface PodMetricsObject {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers?: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
}

interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp: string;
  readonly windowSeconds?: number;
  readonly value: string;
}

const DEFAULT_WINDOW_MS = 60_000;
const CUSTOM = ['v1beta2', 'v1beta1'];

export class MetricsClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Usage of cpu or memory; of one container of each pod when it is named. */
  async resource(resource: string, namespace: string, selector: string, container: string | undefined): Promise<PodMetrics> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    const items = await this.#items<PodMetricsObject>('resource metrics API', path, { labelSelector: selector }, 'get pods.metrics.k8s.io');
    const metrics: PodMetrics = new Map();
    for (const item of items) {
      const containers = (item.containers ?? []).filter((c) => container === undefined || c.name === container);
      const usages = containers.map((c) => c.usage[resource]);
      if (usages.length === 0 || usages.includes(undefined)) continue;
      const value = usages.reduce((sum, usage) => sum + milli(usage ?? '0'), 0);
      metrics.set(item.metadata.name, { timestamp: Date.parse(item.timestamp), windowMs: durationMs(item.window), value });
    }
    return metrics;
  }

  /** A custom metric of the pods themselves. */
  async pods(metric: string, namespace: string, selector: string, metricSelector: string): Promise<PodMetrics> {
    const query = { labelSelector: selector, metricLabelSelector: metricSelector || undefined };
    const items = await this.#custom(`namespaces/${namespace}/pods/*/${metric}`, query, metric);
    return new Map(
      items.map((m) => {
        const windowMs = m.windowSeconds === undefined ? DEFAULT_WINDOW_MS : m.windowSeconds * 1000;
        return [m.describedObject?.name ?? '', { timestamp: Date.parse(m.timestamp), windowMs, value: milli(m.value) }];
      }),
    );
  }

  /** A custom metric of one object; `resource`: its plural with group, `ingresses.networking.k8s.io`. */
  async object(
    metric: string,
    namespace: string,
    object: CrossVersionObjectReference & { readonly resource: string },
    metricSelector: string,
  ): Promise<number> {
    const isNamespace = object.resource === 'namespaces';
    const path = isNamespace
      ? `namespaces/${namespace}/metrics/${metric}`
      : `namespaces/${namespace}/${object.resource}/${object.name}/${metric}`;
    const [value] = await this.#custom(path, { metricLabelSelector: metricSelector || undefined }, metric);
    return milli(value?.value ?? '0');
  }

  /** Values of a metric that belongs to nothing in the cluster. */
  async external(metric: string, namespace: string, selector: string): Promise<number[]> {
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}`;
    const what = `get ${metric}.external.metrics.k8s.io`;
    const items = await this.#items<MetricValue>('external metrics API', path, { labelSelector: selector || undefined }, what);
    return items.map((item) => milli(item.value));
  }

  async #custom(path: string, query: Query, metric: string): Promise<readonly MetricValue[]> {
    const what = `get ${metric}.custom.metrics.k8s.io`;
    for (const version of CUSTOM.slice(0, -1)) {
      try {
        return await this.#items<MetricValue>('custom metrics API', `/apis/custom.metrics.k8s.io/${version}/${path}`, query, what);
      } catch (error) {
        if (!isNotFound((error as Error).cause)) throw error;
      }
    }
    return this.#items('custom metrics API', `/apis/custom.metrics.k8s.io/${CUSTOM.at(-1)}/${path}`, query, what);
  }

  async #items<T>(api: string, path: string, query: Query, what: string): Promise<readonly T[]> {
    let answer: unknown;
    try {
      answer = await this.#client.raw({ method: 'GET', path, query });
    } catch (error) {
      const why = isNotFound(error) ? `the server could not find the requested resource (${what})` : errorMessage(error);
      throw new Error(`unable to fetch metrics from ${api}: ${why}`, { cause: error });
    }
    const items = (answer as { items?: readonly T[] | null }).items ?? [];
    if (items.length === 0) throw new Error(`no metrics returned from ${api}`);
    return items;
  }
}

function milli(quantity: string): number {
  return Quantity.parse(quantity).milliValue();
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's durations, `1m30s`. */
function durationMs(text: string): number {
  return [...text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** Counters, gauges and histograms with labels, printed in the Prometheus text format (version 0.0.4). No global registry: each process makes its own. */

export type LabelValues = Readonly<Record<string, string>>;

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  /** Label names; every sample names all of them. */
  readonly labels?: readonly string[];
}

interface Collector {
  readonly name: string;
  render(): string;
}

export class MetricsRegistry {
  readonly #collectors = new Map<string, Collector>();

  counter(options: MetricOptions): Counter {
    return this.#register(new Counter(options));
  }

  gauge(options: MetricOptions): Gauge {
    return this.#register(new Gauge(options));
  }

  /** `buckets`: upper bounds, rising; +Inf is added. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram {
    return this.#register(new Histogram(options));
  }

  /** All metrics as text, in the order of their registration. */
  render(): string {
    return [...this.#collectors.values()].map((collector) => collector.render()).join('');
  }

  #register<T extends Collector>(collector: T): T {
    if (this.#collectors.has(collector.name)) throw new Error(`Cannot register metric ${collector.name}: name is taken`);
    this.#collectors.set(collector.name, collector);
    return collector;
  }
}

/** Content type of render(). */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Upper bounds start, start*factor, ... (`count` of them). */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i);
}

export function linearBuckets(start: number, width: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + width * i);
}

abstract class Scalar implements Collector {
  readonly name: string;
  readonly #help: string;
  readonly #type: string;
  readonly #labels: readonly string[];
  protected readonly values = new Map<string, number>();

  constructor(options: MetricOptions, type: string) {
    this.name = options.name;
    this.#help = options.help;
    this.#type = type;
    this.#labels = options.labels ?? [];
    if (this.#labels.length === 0) this.values.set('', 0);
  }

  protected key(labels: LabelValues | undefined): string {
    return labelText(this.#labels, labels);
  }

  value(labels?: LabelValues): number {
    return this.values.get(this.key(labels)) ?? 0;
  }

  render(): string {
    let out = header(this.name, this.#help, this.#type);
    for (const [labels, value] of this.values) out += `${this.name}${labels === '' ? '' : `{${labels}}`} ${number(value)}\n`;
    return out;
  }
}

export class Counter extends Scalar {
  constructor(options: MetricOptions) {
    super(options, 'counter');
  }

  add(amount = 1, labels?: LabelValues): void {
    const key = this.key(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }
}

export class Gauge extends Scalar {
  constructor(options: MetricOptions) {
    super(options, 'gauge');
  }

  set(value: number, labels?: LabelValues): void {
    this.values.set(this.key(labels), value);
  }

  add(amount: number, labels?: LabelValues): void {
    const key = this.key(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }
}

interface Series {
  readonly counts: number[];
  sum: number;
  count: number;
}

export class Histogram implements Collector {
  readonly name: string;
  readonly #help: string;
  readonly #labels: readonly string[];
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(options: MetricOptions & { readonly buckets: readonly number[] }) {
    this.name = options.name;
    this.#help = options.help;
    this.#labels = options.labels ?? [];
    this.#buckets = options.buckets;
    if (this.#labels.length === 0) this.#at('');
  }

  observe(value: number, labels?: LabelValues): void {
    const series = this.#at(labelText(this.#labels, labels));
    const bucket = this.#buckets.findIndex((bound) => value <= bound);
    if (bucket >= 0) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  count(labels?: LabelValues): number {
    return this.#series.get(labelText(this.#labels, labels))?.count ?? 0;
  }

  render(): string {
    let out = header(this.name, this.#help, 'histogram');
    for (const [labels, series] of this.#series) {
      const prefix = labels === '' ? '' : `${labels},`;
      let cumulative = 0;
      for (const [i, bound] of this.#buckets.entries()) {
        cumulative += series.counts[i] ?? 0;
        out += `${this.name}_bucket{${prefix}le="${number(bound)}"} ${cumulative}\n`;
      }
      out += `${this.name}_bucket{${prefix}le="+Inf"} ${series.count}\n`;
      const suffix = labels === '' ? '' : `{${labels}}`;
      out += `${this.name}_sum${suffix} ${number(series.sum)}\n${this.name}_count${suffix} ${series.count}\n`;
    }
    return out;
  }

  #at(key: string): Series {
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, (series = { counts: this.#buckets.map(() => 0), sum: 0, count: 0 }));
    return series;
  }
}

function header(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

function labelText(names: readonly string[], values: LabelValues | undefined): string {
  if (names.length === 0) return '';
  return names.map((name) => `${name}="${escape(values?.[name] ?? '')}"`).join(',');
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** As Go's strconv prints floats with %g: exponents have two digits. */
function number(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  const text = String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

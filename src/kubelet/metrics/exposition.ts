/** Metrics in the Prometheus text format whose samples carry their time (version 0.0.4). */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** Families without samples are left out. */
export function exposition(families: readonly MetricFamily[]): string {
  let out = '';
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const sample of samples) out += line(name, sample);
  }
  return out;
}

function line(name: string, { labels = {}, value, time }: Sample): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = pairs.map(([label, text]) => `${label}="${escape(text)}"`).join(',');
  return `${name}${text && `{${text}}`} ${value}${time === undefined ? '' : ` ${Math.trunc(time)}`}\n`;
}

function escape(text: string): string {
  return text.replace(/["\\\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
}

/**
 * Command-line flags as upstream's components read them (spf13/pflag): `--name=value`, `--name value`, `--switch`, repeated flags,
 * underscores for dashes. Pure.
 */
export type FlagType = 'string' | 'int' | 'bool' | 'duration' | 'list' | 'map';

export interface FlagSpec {
  readonly type: FlagType;
  readonly help: string;
  /** As it would be typed. */
  readonly default?: string;
  /** `-n`. */
  readonly short?: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

interface ValueTypes {
  string: string;
  int: number;
  bool: boolean;
  /** Milliseconds. */
  duration: number;
  /** Repeated or comma-separated. */
  list: string[];
  /** `a=b,c=d`, repeated. */
  map: Record<string, string>;
}

/** Flags without a default are undefined when they were not given; lists and maps are empty. */
export type FlagValues<S extends FlagSpecs> = {
  readonly [N in keyof S]: S[N]['type'] extends 'list' | 'map'
    ? ValueTypes[S[N]['type']]
    : S[N] extends { readonly default: string }
      ? ValueTypes[S[N]['type']]
      : ValueTypes[S[N]['type']] | undefined;
};

export interface ParsedFlags<S extends FlagSpecs> {
  readonly flags: FlagValues<S>;
  readonly positional: readonly string[];
  /** Names that were on the command line. */
  readonly given: ReadonlySet<string>;
}

/** Wrong use of a command; the message is for the person who typed it. */
export class UsageError extends Error {}

export function parseFlags<const S extends FlagSpecs>(specs: S, args: readonly string[]): ParsedFlags<S> {
  const texts = new Map<string, string[]>();
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      positional.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      positional.push(arg);
      continue;
    }
    const { name, value } = splitFlag(specs, arg);
    const spec = specs[name];
    if (!spec) throw new UsageError(`unknown flag: ${arg.split('=')[0]}`);
    const text = value ?? (spec.type === 'bool' ? 'true' : args[++i]);
    if (text === undefined) throw new UsageError(`flag needs an argument: --${name}`);
    texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  const flags = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, flagValue(name, spec, texts.get(name))]));
  return { flags: flags as FlagValues<S>, positional, given: new Set(texts.keys()) };
}

function splitFlag(specs: FlagSpecs, arg: string): { name: string; value: string | undefined } {
  const equals = arg.indexOf('=');
  const typed = equals < 0 ? arg : arg.slice(0, equals);
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  if (typed.startsWith('--')) return { name: typed.slice(2).replaceAll('_', '-'), value };
  const long = Object.entries(specs).find(([, spec]) => spec.short === typed)?.[0];
  return { name: long ?? typed, value };
}

function flagValue(name: string, spec: FlagSpec, given: string[] | undefined): ValueTypes[FlagType] | undefined {
  const texts = given ?? (spec.default === undefined ? undefined : [spec.default]);
  if (spec.type === 'list') return (texts ?? []).flatMap((t) => t.split(',')).filter(Boolean);
  if (spec.type === 'map') return parseMap(name, texts ?? []);
  const text = texts?.at(-1);
  if (text === undefined) return undefined;
  const invalid = (why: string) => new UsageError(`invalid argument ${JSON.stringify(text)} for "--${name}" flag: ${why}`);
  switch (spec.type) {
    case 'string':
      return text;
    case 'int':
      if (!/^-?\d+$/.test(text)) throw invalid('it is no whole number');
      return Number(text);
    case 'bool':
      if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
      if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
      throw invalid('write true or false');
    case 'duration':
      return parseDuration(text) ?? raise(invalid('write a duration, for example 1m30s'));
  }
}

function parseMap(name: string, texts: readonly string[]): Record<string, string> {
  const pairs = texts.flatMap((t) => t.split(',')).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) throw new UsageError(`invalid argument ${JSON.stringify(pair)} for "--${name}" flag: write key=value`);
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    }),
  );
}

const UNIT_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };

/** Go's time.ParseDuration, in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[-+]?(\d+(\.\d*)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  const total = [...text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, m) => sum + Number(m[1]) * (UNIT_MS[m[2] ?? ''] ?? 0),
    0,
  );
  return text.startsWith('-') ? -total : total;
}

function raise(error: Error): never {
  throw error;
}

/** The flags as lines of help, in order of their names. */
export function flagHelp(specs: FlagSpecs): string {
  const rows = Object.entries(specs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => {
      const type = spec.type === 'bool' ? '' : ` ${spec.type === 'list' ? 'a,b' : spec.type === 'map' ? 'k=v,...' : spec.type}`;
      const standard = spec.default === undefined || spec.default === '' ? '' : ` (default ${spec.default})`;
      return [`  ${spec.short ? `${spec.short}, ` : '    '}--${name}${type}`, `${spec.help}${standard}`] as const;
    });
  const width = Math.max(...rows.map(([left]) => left.length)) + 3;
  return rows.map(([left, right]) => `${left.padEnd(width)}${right}\n`).join('');
}

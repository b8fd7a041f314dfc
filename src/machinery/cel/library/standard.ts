/** Functions of the language itself (https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions). */
import { RE2JS } from 're2js';
import { int64, noOverload, text, type CelFunction, type Library } from '../functions.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../time.ts';
import { CelError, Duration, isMap, keysOf, Timestamp, typeOf, TypeValue, Uint } from '../values.ts';

const size: CelFunction = ([v]) => {
  if (typeof v === 'string') return BigInt(Array.from(v).length);
  if (v instanceof Uint8Array || Array.isArray(v)) return BigInt(v.length);
  if (isMap(v)) return BigInt(keysOf(v).length);
  throw noOverload();
};

function toInt(v: unknown): bigint {
  if (typeof v === 'bigint') return v;
  if (v instanceof Uint) return int64(v.value);
  if (typeof v === 'number') {
    if (!(Math.abs(v) < 2 ** 63)) throw new CelError('integer overflow');
    return BigInt(Math.trunc(v));
  }
  if (v instanceof Timestamp) return (v.nanos - (((v.nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n;
  if (v instanceof Duration) return v.nanos;
  if (typeof v === 'string' && /^[+-]?\d+$/.test(v)) return int64(BigInt(v.replace(/^\+/, '')));
  throw typeof v === 'string' ? new CelError(`type conversion error from 'string' to 'int'`) : noOverload();
}

function toUint(v: unknown): Uint {
  if (v instanceof Uint) return v;
  if (typeof v === 'bigint') return new Uint(v);
  if (typeof v === 'number') {
    if (!(v < 2 ** 64) || v < 0) throw new CelError('unsigned integer overflow');
    return new Uint(BigInt(Math.trunc(v)));
  }
  if (typeof v === 'string' && /^\d+$/.test(v)) return new Uint(BigInt(v));
  throw typeof v === 'string' ? new CelError(`type conversion error from 'string' to 'uint'`) : noOverload();
}

function toDouble(v: unknown): number {
  if (typeof v === 'number') return v;
  if (typeof v === 'bigint') return Number(v);
  if (v instanceof Uint) return Number(v.value);
  if (typeof v !== 'string') throw noOverload();
  const named = { NaN: NaN, Infinity: Infinity, Inf: Infinity, '+Inf': Infinity, '-Infinity': -Infinity, '-Inf': -Infinity }[v];
  if (named !== undefined) return named;
  if (v.trim() !== v || v === '' || Number.isNaN(Number(v))) throw new CelError(`type conversion error from 'string' to 'double'`);
  return Number(v);
}

export function toText(v: unknown): string {
  if (typeof v === 'string') return v;
  if (typeof v === 'bigint' || typeof v === 'boolean') return String(v);
  if (typeof v === 'number') return doubleText(v);
  if (v instanceof Uint) return String(v.value);
  if (v instanceof Timestamp) return formatTimestamp(v.nanos);
  if (v instanceof Duration) return formatDuration(v.nanos);
  if (v instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(v);
    } catch {
      // The decoder's only failure.
      throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
    }
  }
  throw noOverload();
}

/** Go's %g: an exponent of at least two digits, from 21 digits on or below 1e-4. */
function doubleText(v: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? 'NaN' : v > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) return v.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Object.is(v, -0) ? '-0' : String(v);
}

const BOOLEANS: Record<string, boolean> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

function toBool(v: unknown): boolean {
  if (typeof v === 'boolean') return v;
  if (typeof v === 'string' && Object.hasOwn(BOOLEANS, v)) return BOOLEANS[v] as boolean;
  throw typeof v === 'string' ? new CelError(`type conversion error from 'string' to 'bool'`) : noOverload();
}

const matches: CelFunction = ([value, pattern]) => {
  const expression = compileRegex(text(pattern));
  return expression.matcher(text(value)).find();
};

const compiled = new Map<string, RE2JS>();

/** RE2, linear in time. Throws CelError. */
export function compileRegex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const made = RE2JS.compile(pattern);
    if (compiled.size > 1000) compiled.clear();
    compiled.set(pattern, made);
    return made;
  } catch (error) {
    throw new CelError(error instanceof Error ? error.message : String(error));
  }
}

export const standard: Library = {
  functions: {
    size,
    int: ([v]) => toInt(v),
    uint: ([v]) => toUint(v),
    double: ([v]) => toDouble(v),
    string: ([v]) => toText(v),
    bool: ([v]) => toBool(v),
    bytes: ([v]) => (v instanceof Uint8Array ? v : Buffer.from(text(v))),
    dyn: ([v]) => v,
    type: ([v]) => new TypeValue(typeOf(v)),
    timestamp: ([v]) => (v instanceof Timestamp ? v : new Timestamp(typeof v === 'bigint' ? v * 1_000_000_000n : parseTimestamp(text(v)))),
    duration: ([v]) => (v instanceof Duration ? v : new Duration(typeof v === 'bigint' ? v : parseDuration(text(v)))),
    matches,
  },
  methods: {
    size,
    matches,
    contains: ([v, part]) => text(v).includes(text(part)),
    startsWith: ([v, part]) => text(v).startsWith(text(part)),
    endsWith: ([v, part]) => text(v).endsWith(text(part)),
  },
};

export const TYPES: Readonly<Record<string, unknown>> = Object.fromEntries(
  [
    'int',
    'uint',
    'double',
    'bool',
    'string',
    'bytes',
    'list',
    'map',
    'null_type',
    'type',
    'google.protobuf.Timestamp',
    'google.protobuf.Duration',
    'optional_type',
    'net.IP',
    'net.CIDR',
  ].map((name) => [name, new TypeValue(name)]),
);

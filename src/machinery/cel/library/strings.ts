/** cel-go's extended strings. Positions count code points. */
import { index, list, text, type Library } from '../functions.ts';
import { CelError, Duration, isMap, keysOf, lookUp, Timestamp, TypeValue, Uint } from '../values.ts';
import { toText } from './standard.ts';

const points = (v: unknown): string[] => Array.from(text(v));

function inRange(at: number, length: number): number {
  if (at < 0 || at > length) throw new CelError(`index out of range: ${at}`);
  return at;
}

function find(v: unknown, part: unknown, from: unknown, last: boolean): bigint {
  const [all, wanted] = [points(v), points(part)];
  const matches = (i: number) => wanted.every((c, j) => all[i + j] === c);
  if (last) {
    const start = from === undefined ? all.length : inRange(index(from), all.length);
    for (let i = Math.min(start, all.length - wanted.length); i >= 0; i--) if (matches(i)) return BigInt(i);
    return -1n;
  }
  const start = from === undefined ? 0 : inRange(index(from), all.length);
  for (let i = start; i + wanted.length <= all.length; i++) if (matches(i)) return BigInt(i);
  return -1n;
}

function replace(v: unknown, old: unknown, by: unknown, limit: unknown): string {
  const count = limit === undefined ? -1 : index(limit);
  const parts = text(old) === '' ? ['', ...points(v), ''] : text(v).split(text(old));
  if (count < 0) return parts.join(text(by));
  const joiner = text(old);
  return parts.reduce((out, part, i) => (i === 0 ? part : `${out}${i <= count ? text(by) : joiner}${part}`), '');
}

function split(v: unknown, separator: unknown, limit: unknown): string[] {
  const count = limit === undefined ? -1 : index(limit);
  const parts = text(separator) === '' ? points(v) : text(v).split(text(separator));
  if (count < 0 || parts.length <= count) return count === 0 ? [] : parts;
  return count === 0 ? [] : [...parts.slice(0, count - 1), parts.slice(count - 1).join(text(separator))];
}

function substring(v: unknown, from: unknown, to: unknown): string {
  const all = points(v);
  const start = inRange(index(from), all.length);
  const end = to === undefined ? all.length : inRange(index(to), all.length);
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return all.slice(start, end).join('');
}

const ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function format(v: unknown, args: readonly unknown[]): string {
  let next = 0;
  const out = text(v).replace(/%(%|(?:\.(\d+))?([a-zA-Z]))|%/g, (_all, whole?: string, precision?: string, verb = '') => {
    if (whole === '%') return '%';
    if (next >= args.length) throw new CelError(`index ${next} out of range`);
    return formatOne(String(verb), precision === undefined ? undefined : Number(precision), args[next++]);
  });
  return out;
}

function formatOne(verb: string, precision: number | undefined, v: unknown): string {
  const number = v instanceof Uint ? v.value : v;
  const wrong = () => new CelError(`error during formatting: invalid argument for %${verb}`);
  switch (verb) {
    case 's':
      return display(v);
    case 'd':
      if (typeof number !== 'bigint' && typeof number !== 'number') throw wrong();
      return String(number);
    case 'f':
    case 'e': {
      if (typeof number !== 'bigint' && typeof number !== 'number') throw wrong();
      const real = Number(number);
      if (!Number.isFinite(real)) return Number.isNaN(real) ? 'NaN' : real > 0 ? 'Infinity' : '-Infinity';
      return verb === 'f' ? real.toFixed(precision ?? 6) : real.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
    }
    case 'b':
      if (typeof v === 'boolean') return v ? '1' : '0';
      if (typeof number !== 'bigint') throw wrong();
      return number.toString(2);
    case 'o':
      if (typeof number !== 'bigint') throw wrong();
      return number.toString(8);
    case 'x':
    case 'X': {
      const hex =
        typeof number === 'bigint'
          ? number.toString(16)
          : typeof v === 'string' || v instanceof Uint8Array
            ? Buffer.from(v as string).toString('hex')
            : undefined;
      if (hex === undefined) throw wrong();
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      throw new CelError(`error during formatting: could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function display(v: unknown): string {
  if (v === null) return 'null';
  if (v instanceof TypeValue) return v.name;
  if (typeof v === 'number' && !Number.isFinite(v)) return Number.isNaN(v) ? 'NaN' : v > 0 ? 'Infinity' : '-Infinity';
  if (Array.isArray(v)) return `[${v.map(display).join(', ')}]`;
  if (v instanceof Duration || v instanceof Timestamp) return toText(v);
  if (isMap(v))
    return `{${keysOf(v)
      .map((key) => [display(key), display(lookUp(v, key))])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
      .map(([a, b]) => `${a}: ${b}`)
      .join(', ')}}`;
  return toText(v);
}

export const strings: Library = {
  functions: {
    'strings.quote': ([v]) =>
      `"${text(v)
        .toWellFormed()
        .replace(/[^]/g, (c) => ESCAPES[c] ?? c)}"`,
  },
  methods: {
    charAt: ([v, at]) => points(v)[inRange(index(at), points(v).length)] ?? '',
    indexOf: ([v, part, from]) => (Array.isArray(v) ? undefined : find(v, part, from, false)),
    lastIndexOf: ([v, part, from]) => (Array.isArray(v) ? undefined : find(v, part, from, true)),
    join: ([v, separator]) =>
      list(v)
        .map(text)
        .join(separator === undefined ? '' : text(separator)),
    lowerAscii: ([v]) => text(v).replace(/[A-Z]/g, (c) => c.toLowerCase()),
    upperAscii: ([v]) => text(v).replace(/[a-z]/g, (c) => c.toUpperCase()),
    replace: ([v, old, by, limit]) => replace(v, old, by, limit),
    split: ([v, separator, limit]) => split(v, separator, limit),
    substring: ([v, from, to]) => substring(v, from, to),
    trim: ([v]) =>
      text(v).replace(
        /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g,
        '',
      ),
    reverse: ([v]) => (Array.isArray(v) ? (v as unknown[]).toReversed() : points(v).toReversed().join('')),
    format: ([v, args]) => format(v, list(args)),
  },
};

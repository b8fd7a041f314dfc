/** metav1.Time and MicroTime in JSON (Go's time.Parse with RFC 3339), normalised to UTC. */
import { goQuote } from '../../wire/json/go-text.ts';
import { DecodeError } from './context.ts';

const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const CANONICAL_MICRO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Normalised text, or null for Go's zero time (year 1). Throws DecodeError. */
export function normaliseTime(text: string): string | null {
  if (CANONICAL.test(text) && isRealDate(text)) return text === '0001-01-01T00:00:00Z' ? null : text;
  const { ms } = parseGoTime(text, RFC3339);
  return printOrNull(new Date(ms).toISOString().slice(0, 19), '', text);
}

/** The same for MicroTime: exactly six decimals are read. */
export function normaliseMicroTime(text: string): string | null {
  if (CANONICAL_MICRO.test(text) && isRealDate(text)) return text === '0001-01-01T00:00:00.000000Z' ? null : text;
  const { ms, fraction } = parseGoTime(text, RFC3339_MICRO);
  return printOrNull(new Date(ms).toISOString().slice(0, 19), `.${fraction.padEnd(6, '0').slice(0, 6)}`, text);
}

function printOrNull(seconds: string, fraction: string, text: string): string | null {
  if (seconds.startsWith('+') || seconds.startsWith('-'))
    throw new DecodeError(`parsing time ${goQuote(text)}: year outside of range [0,9999]`);
  return seconds === '0001-01-01T00:00:00' && /^\.?0*$/.test(fraction) ? null : `${seconds}${fraction}Z`;
}

function isRealDate(text: string): boolean {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (day <= 28) return month >= 1 && month <= 12 && day >= 1 && inDay(text);
  return month >= 1 && month <= 12 && day <= daysIn(Number(text.slice(0, 4)), month) && inDay(text);
}

function inDay(text: string): boolean {
  return text.slice(11, 13) < '24' && text.slice(14, 16) < '60' && text.slice(17, 19) < '60';
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** time.Parse for the two layouts. `ms` has whole seconds; `fraction` the decimals as written. */
function parseGoTime(text: string, layout: string): { ms: number; fraction: string } {
  let rest = text;
  const fail = (element: string, at = rest): never => {
    throw new DecodeError(`parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(at)} as ${goQuote(element)}`);
  };
  const outOfRange = (what: string): never => {
    throw new DecodeError(`parsing time ${goQuote(text)}: ${what} out of range`);
  };
  const digits = (count: number, element: string): number => {
    if (!new RegExp(`^\\d{${count}}`).test(rest)) fail(element);
    const value = Number(rest.slice(0, count));
    rest = rest.slice(count);
    return value;
  };
  const literal = (character: string) => {
    if (!rest.startsWith(character)) fail(character);
    rest = rest.slice(1);
  };
  const year = digits(4, '2006');
  literal('-');
  const month = digits(2, '01');
  if (month < 1 || month > 12) outOfRange('month');
  literal('-');
  const day = digits(2, '02');
  literal('T');
  // Go is lenient here: one digit will do.
  const hour = /^\d\D/.test(rest) ? digits(1, '15') : digits(2, '15');
  if (hour > 23) outOfRange('hour');
  literal(':');
  const minute = digits(2, '04');
  if (minute > 59) outOfRange('minute');
  literal(':');
  const second = digits(2, '05');
  if (second > 59) outOfRange('second');
  let fraction = '';
  if (layout === RFC3339_MICRO) {
    if (!/^\.\d{6}/.test(rest)) fail('.000000');
    fraction = rest.slice(1, 7);
    rest = rest.slice(7);
  } else {
    // After seconds Go takes decimals even where the layout has none.
    const decimals = /^[.,](\d+)/.exec(rest);
    fraction = decimals?.[1] ?? '';
    rest = rest.slice(decimals?.[0].length ?? 0);
  }
  const extra = (more: string): never => {
    throw new DecodeError(`parsing time ${goQuote(text)}: extra text: ${goQuote(more)}`);
  };
  const offset = zoneOffset(rest, { fail, outOfRange, extra });
  if (day < 1 || day > daysIn(year, month)) outOfRange('day');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offset, second);
  return { ms: date.getTime(), fraction };
}

/** Minutes east of Greenwich. */
function zoneOffset(rest: string, { fail, outOfRange, extra }: Record<'fail' | 'outOfRange' | 'extra', (what: string) => never>): number {
  if (rest.startsWith('Z')) return rest === 'Z' ? 0 : extra(rest.slice(1));
  const match = /^([+-])(\d\d):(\d\d)/.exec(rest);
  if (!match) return fail('Z07:00');
  const [whole, sign, hours, minutes] = match;
  if (Number(hours) > 24) outOfRange('time zone offset hour');
  if (Number(minutes) > 60) outOfRange('time zone offset minute');
  if (rest.length > whole.length) return extra(rest.slice(whole.length));
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

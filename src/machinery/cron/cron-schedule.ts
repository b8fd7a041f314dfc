/**
 * Cron schedules as CronJob has them (github.com/robfig/cron/v3, ParseStandard): five fields, `@daily` and the like, `@every 1h30m`, and
 * a `TZ=` or `CRON_TZ=` prefix. https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
import { isTimeZone, startOfDay, wallTime } from './zoned-time.ts';

export interface CronSchedule {
  /** The first activation after `ms` (since the epoch), on a full second; undefined when there is none within five years. */
  next(ms: number): number | undefined;
}

/** A text that is no schedule; the message is upstream's. */
export class CronError extends Error {}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

/** Allowed values of a field; `star` when it began with `*` or `?` without a step. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly star: boolean;
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const BOUNDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MINUTE = 60_000;

/** `zone`: where the text has no TZ prefix; UTC when left out. Throws CronError. */
export function parseCronSchedule(text: string, zone?: string): CronSchedule {
  if (text === '') throw new CronError('empty spec string');
  const prefix = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/s.exec(text);
  if (prefix) {
    const [, named = '', rest = ''] = prefix;
    if (!isTimeZone(named)) throw new CronError(`provided bad location ${named}: unknown time zone ${named}`);
    return parseCronSchedule(rest.trim(), named);
  }
  if (/^(?:CRON_)?TZ=/.test(text)) throw new CronError('missing schedule after the time zone');
  if (text.startsWith('@every ')) return everySchedule(text.slice('@every '.length));
  if (text.startsWith('@')) {
    const spec = Object.hasOwn(DESCRIPTORS, text) ? DESCRIPTORS[text] : undefined;
    if (spec === undefined) throw new CronError(`unrecognized descriptor: ${text}`);
    return fieldsSchedule(spec, zone);
  }
  return fieldsSchedule(text, zone);
}

function everySchedule(text: string): CronSchedule {
  const ms = parseDuration(text);
  if (ms === undefined) throw new CronError(`failed to parse duration @every ${text}: time: invalid duration "${text}"`);
  const step = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return { next: (from) => Math.floor((from + step) / 1000) * 1000 };
}

/** Go's duration syntax, to milliseconds. */
function parseDuration(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: MINUTE, h: 60 * MINUTE };
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(amount) * (units[unit] ?? 0);
  return text.startsWith('-') ? -total : total;
}

function fieldsSchedule(text: string, zone: string | undefined): CronSchedule {
  const words = text.split(/\s+/).filter((w) => w !== '');
  if (words.length !== 5) throw new CronError(`expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`);
  const fields = words.map((word, i) => parseField(word, BOUNDS[i] as Bounds));
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [Field, Field, Field, Field, Field];
  const dayMatches = (day: number, weekday: number) => {
    const [byMonth, byWeek] = [dayOfMonth.values.has(day), dayOfWeek.values.has(weekday)];
    return dayOfMonth.star || dayOfWeek.star ? byMonth && byWeek : byMonth || byWeek;
  };
  return {
    next(from) {
      let at = Math.floor(from / MINUTE) * MINUTE + MINUTE;
      const lastYear = wallTime(at, zone).year + 5;
      for (;;) {
        const wall = wallTime(at, zone);
        if (wall.year > lastYear) return undefined;
        if (!month.values.has(wall.month)) at = startOfDay(wall.year, wall.month + 1, 1, zone);
        else if (!dayMatches(wall.day, wall.weekday)) at = startOfDay(wall.year, wall.month, wall.day + 1, zone);
        // Hours pass in real time, so that an hour that clocks skip or repeat is skipped or repeated.
        else if (!hour.values.has(wall.hour)) at += (60 - wall.minute) * MINUTE;
        else if (!minute.values.has(wall.minute)) at += MINUTE;
        else return at;
      }
    },
  };
}

function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let star = false;
  for (const expression of text.split(',').filter((e) => e !== '')) {
    const range = parseRange(expression, bounds);
    star ||= range.star;
    for (let v = range.start; v <= range.end; v += range.step) values.add(v);
  }
  return { values, star };
}

function parseRange(text: string, bounds: Bounds): { start: number; end: number; step: number; star: boolean } {
  const [range = '', stepText, ...tooMany] = text.split('/');
  const [low = '', high, ...hyphens] = range.split('-');
  if (tooMany.length > 0) throw new CronError(`too many slashes: ${text}`);
  const all = low === '*' || low === '?';
  if (!all && hyphens.length > 0) throw new CronError(`too many hyphens: ${text}`);
  const start = all ? bounds.min : parseValue(low, bounds);
  let end = all ? bounds.max : high === undefined ? start : parseValue(high, bounds);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (stepText !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`);
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${text}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  return { start, end, step, star: all && step === 1 };
}

function parseValue(text: string, { names }: Bounds): number {
  const named = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

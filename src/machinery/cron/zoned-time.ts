/** Wall-clock time in a time zone of the IANA database. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...numeric });
    formats.set(zone, format);
  }
  return format;
}

/** Whether the database has the zone. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    // RangeError: that is the answer.
    return false;
  }
}

/** What clocks show at `ms` (since the epoch); the zone is UTC when left out. */
export function wallTime(ms: number, zone?: string): WallTime {
  const date = new Date(ms + offsetMs(ms, zone));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  };
}

/** How far the zone's clocks are ahead of UTC at `ms`, in milliseconds. */
export function offsetMs(ms: number, zone?: string): number {
  if (zone === undefined || zone === 'UTC') return 0;
  const whole = Math.floor(ms / 1000) * 1000;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) if (type !== 'literal') parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** The first instant of a local day. `month` and `day` may lie outside their range, as in Date.UTC. */
export function startOfDay(year: number, month: number, day: number, zone?: string): number {
  const wall = Date.UTC(year, month - 1, day);
  if (zone === undefined) return wall;
  let ms = wall - offsetMs(wall, zone);
  ms = wall - offsetMs(ms, zone);
  // Where clocks jump at midnight, the day begins later.
  const target = new Date(wall).getUTCDate();
  for (let i = 0; i < 3 && wallTime(ms, zone).day !== target; i++) ms += 3_600_000;
  return ms;
}

/** RFC 3339 with the zone's offset. */
export function formatZoned(ms: number, zone?: string): string {
  const offset = offsetMs(ms, zone);
  const text = new Date(Math.floor(ms / 1000) * 1000 + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

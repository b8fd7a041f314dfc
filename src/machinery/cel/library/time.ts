/** Parts of timestamps and durations. */
import { noOverload, text, type CelFunction, type Library } from '../functions.ts';
import { CelError, Duration, Timestamp } from '../values.ts';

const MINUTE_MS = 60_000;

/** The moment shifted so that its UTC parts are the local ones. */
function local(timestamp: Timestamp, zone: unknown): Date {
  const ms = Number((timestamp.nanos - (((timestamp.nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n);
  if (zone === undefined) return new Date(ms);
  const name = text(zone);
  const [, sign, hours, minutes] = /^([+-]?)(\d\d):(\d\d)$/.exec(name) ?? [];
  if (hours !== undefined) return new Date(ms + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS);
  return new Date(ms + zoneOffset(ms, name));
}

function zoneOffset(ms: number, zone: string): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }).formatToParts(ms);
    const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
    return (
      Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(ms / 1000) * 1000
    );
  } catch {
    // Intl refuses unknown zones with a RangeError, and nothing else.
    throw new CelError(`unknown time zone ${zone}`);
  }
}

const part =
  (read: (date: Date) => number): CelFunction =>
  ([v, zone]) => {
    if (!(v instanceof Timestamp)) throw noOverload();
    return BigInt(read(local(v, zone)));
  };

/** Of a timestamp the part, of a duration the whole. */
const either =
  (read: (date: Date) => number, unit: bigint): CelFunction =>
  ([v, zone]) =>
    v instanceof Duration ? v.nanos / unit : part(read)([v, zone], { charge: () => undefined });

export const time: Library = {
  methods: {
    getFullYear: part((d) => d.getUTCFullYear()),
    getMonth: part((d) => d.getUTCMonth()),
    getDate: part((d) => d.getUTCDate()),
    getDayOfMonth: part((d) => d.getUTCDate() - 1),
    getDayOfWeek: part((d) => d.getUTCDay()),
    getDayOfYear: part((d) => Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000)),
    getHours: either((d) => d.getUTCHours(), 3_600_000_000_000n),
    getMinutes: either((d) => d.getUTCMinutes(), 60_000_000_000n),
    getSeconds: either((d) => d.getUTCSeconds(), 1_000_000_000n),
    getMilliseconds: ([v, zone]) =>
      v instanceof Duration ? (v.nanos / 1_000_000n) % 1000n : part((d) => d.getUTCMilliseconds())([v, zone], { charge: () => undefined }),
  },
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CronError, parseCronSchedule } from './cron-schedule.ts';
import { formatZoned } from './zoned-time.ts';

const next = (schedule: string, from: string, zone?: string): string | undefined => {
  const at = parseCronSchedule(schedule, zone).next(Date.parse(from));
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000Z', 'Z');
};

test('finds the next activation', () => {
  const cases: [schedule: string, from: string, expected: string | undefined][] = [
    ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
    ['0/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00:00Z'],
    ['20-35/15 * * * *', '2012-07-09T15:45:00Z', '2012-07-09T16:20:00Z'],
    ['*/15 * * * *', '2012-07-09T23:46:00Z', '2012-07-10T00:00:00Z'],
    ['*/15 */2 * * *', '2012-07-09T23:46:00Z', '2012-07-10T00:00:00Z'],
    ['0 0 9 Apr-Oct ?', '2012-07-09T23:35:00Z', '2012-08-09T00:00:00Z'],
    ['0 0 */5 Apr,Aug,Oct Mon', '2012-07-09T23:35:00Z', '2012-08-01T00:00:00Z'],
    ['0 0 */5 Oct Mon', '2012-07-09T23:35:00Z', '2012-10-01T00:00:00Z'],
    ['0 0 * Feb Mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00:00Z'],
    ['0 0 * Feb Mon/2', '2012-07-09T23:35:00Z', '2013-02-01T00:00:00Z'],
    ['0 0 29 Feb ?', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
    ['0 0 30 Feb ?', '2012-07-09T23:35:00Z', undefined],
    ['0 0 31 Apr ?', '2012-07-09T23:35:00Z', undefined],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
    ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
    ['@every 1h30m', '2026-01-01T00:00:00Z', '2026-01-01T01:30:00Z'],
    ['@every 10ms', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'],
    ['0 12 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T12:00:00Z'],
  ];
  for (const [schedule, from, expected] of cases) assert.equal(next(schedule, from), expected, `${schedule} after ${from}`);
});

test('follows the clocks of a time zone', () => {
  // Clocks go from 2:00 to 3:00 on 11 March 2012: half past two does not exist that day.
  assert.equal(next('30 2 * * *', '2012-03-11T00:00:00-05:00', 'America/New_York'), '2012-03-12T06:30:00Z');
  assert.equal(next('TZ=America/New_York 0 * * * *', '2012-03-11T01:00:00-05:00'), '2012-03-11T07:00:00Z');
  // They go back from 2:00 to 1:00 on 4 November 2012: half past one comes twice.
  assert.equal(next('30 1 * * *', '2012-11-04T00:00:00-04:00', 'America/New_York'), '2012-11-04T05:30:00Z');
  assert.equal(next('30 1 * * *', '2012-11-04T05:30:00Z', 'America/New_York'), '2012-11-04T06:30:00Z');
  assert.equal(next('CRON_TZ=Asia/Tokyo 0 9 * * *', '2026-06-01T00:00:00Z'), '2026-06-02T00:00:00Z');
  // In Sao Paulo clocks went from 0:00 to 1:00.
  assert.equal(next('0 9 10 Mar ?', '2018-11-03T00:00:00-03:00', 'America/Sao_Paulo'), '2019-03-10T12:00:00Z');
  assert.equal(formatZoned(Date.UTC(2026, 5, 1), 'Asia/Kolkata'), '2026-06-01T05:30:00+05:30');
});

test('refuses what is no schedule, in upstream words', () => {
  const cases: [schedule: string, message: RegExp][] = [
    ['', /^empty spec string$/],
    ['* * * *', /^expected exactly 5 fields, found 4: \[\* \* \* \*\]$/],
    ['61 * * * *', /^end of range \(61\) above maximum \(59\): 61$/],
    ['* * 0 * *', /^beginning of range \(0\) below minimum \(1\): 0$/],
    ['5-2 * * * *', /^beginning of range \(5\) beyond end of range \(2\): 5-2$/],
    ['*/0 * * * *', /^step of range should be a positive number: \*\/0$/],
    ['1-2-3 * * * *', /^too many hyphens: 1-2-3$/],
    ['x * * * *', /^failed to parse int from x/],
    ['@never', /^unrecognized descriptor: @never$/],
    ['TZ=Nowhere/Land * * * * *', /^provided bad location Nowhere\/Land/],
    ['@every never', /^failed to parse duration @every never/],
  ];
  for (const [schedule, message] of cases) {
    assert.throws(
      () => parseCronSchedule(schedule),
      (e: unknown) => e instanceof CronError && message.test(e.message),
      schedule,
    );
  }
});

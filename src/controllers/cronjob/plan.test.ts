import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CronJob, Job } from '../../api/batch/v1.gen.ts';
import { parseCronSchedule } from '../../machinery/cron/cron-schedule.ts';
import { job, meta } from '../shared/test-objects.ts';
import { dueTime, jobName, surplusJobs, untilNext } from './plan.ts';

const HOURLY = parseCronSchedule('0 * * * *', 'UTC');
const on = (time: string) => Date.parse(`2016-05-19T${time}Z`);

function cron(created: string, last?: string, startingDeadlineSeconds?: number): CronJob {
  const spec = { schedule: '0 * * * *', ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }) };
  const status = last === undefined ? {} : { lastScheduleTime: `2016-05-19T${last}Z` };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta('cron', { creationTimestamp: `2016-05-19T${created}Z` }),
    spec,
    status,
  } as unknown as CronJob;
}

// TestGetNextScheduleTime and TestMostRecentScheduleTime of pkg/controller/cronjob/utils_test.go.
describe('a cron job is due', () => {
  const due = (cj: CronJob, now: string) => {
    const { at, tooMany } = dueTime(cj, on(now), HOURLY);
    return at === undefined ? undefined : `${new Date(at).toISOString().slice(11, 19)}${tooMany ? ' late' : ''}`;
  };
  test('not before its first time', () => assert.equal(due(cron('09:50:00'), '09:59:59'), undefined));
  test('at its first time', () => assert.equal(due(cron('09:50:00'), '10:00:00'), '10:00:00'));
  test('not again for the same time', () => assert.equal(due(cron('09:50:00', '10:00:00'), '10:30:00'), undefined));
  test('for the latest of several that were missed', () => assert.equal(due(cron('06:50:00', '07:00:00'), '10:30:00'), '10:00:00'));
  test('unless the deadline has passed', () => {
    assert.equal(due(cron('09:50:00', undefined, 60), '10:02:00'), undefined);
    assert.equal(due(cron('09:50:00', undefined, 180), '10:02:00'), '10:00:00');
  });
  test('and says when suspiciously many were missed', () => {
    const cj = cron('00:00:00');
    cj.metadata.creationTimestamp = '2016-05-10T00:00:00Z';
    assert.equal(due(cj, '10:30:00'), '10:00:00 late');
  });
});

test('it is looked at again a moment after the next time', () => {
  assert.equal(untilNext(cron('09:50:00', '10:00:00'), on('10:59:00'), HOURLY), 60_100);
  assert.equal(untilNext(cron('09:50:00'), on('09:59:30'), HOURLY), 30_100);
});

test('a job is named after its time, so that a second try makes no second job', () => {
  assert.equal(jobName(cron('09:00:00'), on('10:00:00')), `cron-${on('10:00:00') / 60_000}`);
});

test('the oldest ended jobs go', () => {
  const at = (name: string, startTime: string): Job => job({}, { startTime: `2016-05-19T${startTime}Z` }, { name });
  const jobs = [at('c', '12:00:00'), at('a', '10:00:00'), at('b', '11:00:00')];
  const names = (limit: number | undefined) => surplusJobs(jobs, limit).map((j) => j.metadata.name);
  assert.deepEqual([names(2), names(0), names(undefined)], [['a'], ['a', 'b', 'c'], []]);
});

/** What a cron job must look like (ValidateCronJobCreate, ValidateCronJobUpdate). */
import type { CronJob, CronJobSpec } from '../../../../api/batch/v1.gen.ts';
import { CronError, parseCronSchedule } from '../../../../machinery/cron/cron-schedule.ts';
import { isTimeZone } from '../../../../machinery/cron/zoned-time.ts';
import { fieldPath, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkNonNegative } from '../../shared/field-checks.ts';
import { checkJobSpec } from '../jobs/spec-rules.ts';

const specPath = fieldPath('spec');
const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** Jobs get a suffix of eleven characters. */
const NAME_LIMIT = 52;
const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

export function validateCronJob({ metadata, spec }: CronJob, old?: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.schedule === '') errors.push(required(specPath.child('schedule')));
  else checkSchedule(spec, old?.spec, specPath.child('schedule'), errors);
  checkNonNegative(spec.startingDeadlineSeconds, specPath.child('startingDeadlineSeconds'), errors);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.spec.timeZone) checkTimeZone(spec.timeZone, specPath.child('timeZone'), errors);
  const policy = spec.concurrencyPolicy ?? '';
  if (!policy) errors.push(required(specPath.child('concurrencyPolicy')));
  else if (!POLICIES.includes(policy)) errors.push(notSupported(specPath.child('concurrencyPolicy'), policy, POLICIES));
  checkTemplate(spec, specPath.child('jobTemplate', 'spec'), errors);
  checkNonNegative(spec.successfulJobsHistoryLimit, specPath.child('successfulJobsHistoryLimit'), errors);
  checkNonNegative(spec.failedJobsHistoryLimit, specPath.child('failedJobsHistoryLimit'), errors);
  if (!old && metadata.name.length > NAME_LIMIT) {
    errors.push(invalid(fieldPath('metadata', 'name'), metadata.name, `must be no more than ${NAME_LIMIT} characters`));
  }
  return errors;
}

function checkTemplate({ jobTemplate: { spec } }: CronJobSpec, path: FieldPath, errors: FieldError[]): void {
  checkJobSpec(spec, path, errors);
  if (spec.selector) errors.push(invalid(path.child('selector'), spec.selector, '`selector` will be auto-generated'));
  if (spec.manualSelector) errors.push(notSupported(path.child('manualSelector'), true, ['nil', 'false']));
}

function checkSchedule({ schedule, timeZone }: CronJobSpec, old: CronJobSpec | undefined, path: FieldPath, errors: FieldError[]): void {
  try {
    parseCronSchedule(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    errors.push(invalid(path, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return;
  // Schedules from before the rule may keep their zone.
  if (!old?.schedule.includes('TZ'))
    errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined) errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
}

function checkTimeZone(zone: string, path: FieldPath, errors: FieldError[]): void {
  if (zone === '') return void errors.push(invalid(path, zone, 'timeZone must be nil or non-empty string'));
  const isBad = (part: string) => part === '.' || part === '..' || part.startsWith('-') || !ZONE_PART.test(part);
  if (zone.split('/').some(isBad)) return void errors.push(invalid(path, zone, `unknown time zone ${zone}`));
  if (zone.toLowerCase() === 'local') {
    errors.push(invalid(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
    // Upstream's library knows this one spelling.
    if (zone === 'Local') return;
  }
  if (!isTimeZone(zone)) errors.push(invalid(path, zone, `unknown time zone ${zone}`));
}

/** What a job's status may say; what was said before and does not change is not judged again (ValidateJobUpdateStatus). */
import type { Job, JobStatus } from '../../../../api/batch/v1.gen.ts';
import { duplicate, fieldPath, invalid, OMIT_VALUE, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { goShown } from '../../shared/go-shown.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { checkCounts } from '../../shared/status-counts.ts';
import { isConditionFalse, isConditionTrue, isFinished } from './conditions.ts';
import { countIndexes, IndexesError, overlap } from './index-intervals.ts';

const path = fieldPath('status');
const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'];

export function validateJobStatusUpdate(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  const [status, was] = [job.status ?? {}, old.status ?? {}];
  checkCounts(status, COUNTS, path, errors);
  checkUncounted(status, errors);
  checkCompletion(job, old, errors);
  checkFinished(job, old, errors);
  checkIndexes(job, status, was, errors);
  checkPods(job, old, errors);
  checkTransitions(job, old, errors);
  return errors;
}

const refuse = (errors: FieldError[], detail: string) => errors.push(invalid(path.child('conditions'), OMIT_VALUE, detail));

function checkUncounted({ uncountedTerminatedPods: pods }: JobStatus, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    pods?.[list]?.forEach((uid, i) => {
      const here = path.child('uncountedTerminatedPods', list).index(i);
      if (uid === '') errors.push(invalid(here, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(here, uid));
      seen.add(uid);
    });
  }
}

/** Whether a question about a job has another answer than before. */
type Changed = (question: (job: Job) => unknown) => boolean;
const changes =
  (job: Job, old: Job): Changed =>
  (question) =>
    !semanticEqual(question(job), question(old));
const isComplete = (job: Job) => isConditionTrue(job, 'Complete');
const isFailed = (job: Job) => isConditionTrue(job, 'Failed');

function checkCompletion(job: Job, old: Job, errors: FieldError[]): void {
  const changed = changes(job, old);
  const { completionTime, startTime } = job.status ?? {};
  const completeChanged = changed(isComplete);
  const timeChanged = changed((j) => j.status?.completionTime);
  const timePath = path.child('completionTime');
  if ((completeChanged || changed(isFailed)) && isComplete(job) && isFailed(job))
    refuse(errors, 'cannot set Complete=True and Failed=true conditions');
  if (
    (completeChanged || changed((j) => isConditionTrue(j, 'FailureTarget'))) &&
    isComplete(job) &&
    isConditionTrue(job, 'FailureTarget')
  ) {
    refuse(errors, 'cannot set Complete=True and FailureTarget=true conditions');
  }
  if (completeChanged || timeChanged) {
    if (completionTime !== undefined && !isComplete(job)) {
      errors.push(invalid(timePath, completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    }
    if (completionTime === undefined && isComplete(job)) errors.push(required(timePath, 'completionTime is required for Complete jobs'));
  }
  if ((timeChanged || changed((j) => j.status?.startTime)) && isBefore(completionTime, startTime)) {
    errors.push(invalid(timePath, completionTime, 'must be equal to or after `startTime`'));
  }
}

function isBefore(a: string | undefined | null, b: string | undefined | null): boolean {
  return typeof a === 'string' && typeof b === 'string' && Date.parse(a) < Date.parse(b);
}

function checkFinished(job: Job, old: Job, errors: FieldError[]): void {
  const changed = changes(job, old);
  const { status = {}, spec } = job;
  const finishedChanged = changed(isFinished);
  if ((changed(isFailed) || changed((j) => j.status?.failedIndexes)) && isFailed(job) && !isConditionTrue(job, 'FailureTarget')) {
    refuse(errors, 'cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (
    (changed(isComplete) || changed((j) => isConditionTrue(j, 'SuccessCriteriaMet'))) &&
    isComplete(job) &&
    !isConditionTrue(job, 'SuccessCriteriaMet')
  ) {
    refuse(errors, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (!isFinished(job)) return;
  const active = status.active ?? 0;
  if ((finishedChanged || changed((j) => j.status?.active ?? 0)) && active > 0) {
    errors.push(invalid(path.child('active'), active, 'active>0 is invalid for finished job'));
  }
  const neverStarted = spec.suspend === true && spec.completions === 0;
  if ((finishedChanged || changed((j) => j.status?.startTime)) && !neverStarted && status.startTime === undefined) {
    errors.push(required(path.child('startTime'), 'startTime is required for finished job'));
  }
  const uncounted = status.uncountedTerminatedPods;
  if (finishedChanged || changed((j) => j.status?.uncountedTerminatedPods)) {
    if ((uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0) === 0) return;
    const shown = goShown('batch/v1.UncountedTerminatedPods', uncounted);
    errors.push(invalid(path.child('uncountedTerminatedPods'), shown, 'must be empty for finished job'));
  }
}

function checkIndexes({ spec }: Job, status: JobStatus, was: JobStatus, errors: FieldError[]): void {
  const { completedIndexes = '', failedIndexes } = status;
  const completedChanged = completedIndexes !== (was.completedIndexes ?? '');
  const failedChanged = failedIndexes !== was.failedIndexes;
  const [completedPath, failedPath] = [path.child('completedIndexes'), path.child('failedIndexes')];
  const { completions } = spec;
  if (completedChanged && completions !== undefined) checkFormat(completedIndexes, completions, 'completedIndexes', completedPath, errors);
  if (failedChanged && completions !== undefined && spec.backoffLimitPerIndex !== undefined && failedIndexes !== undefined) {
    checkFormat(failedIndexes, completions, 'failedIndexes', failedPath, errors);
  }
  if (completedChanged && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    errors.push(invalid(completedPath, completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'));
  }
  if (failedChanged && spec.backoffLimitPerIndex === undefined && failedIndexes !== undefined) {
    errors.push(invalid(failedPath, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
  if (!(failedChanged || completedChanged) || completions === undefined || failedIndexes === undefined) return;
  const shared = overlap(completedIndexes, failedIndexes, completions);
  if (shared !== undefined)
    errors.push(invalid(failedPath, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`));
}

function checkFormat(text: string, completions: number, field: string, at: FieldPath, errors: FieldError[]): void {
  try {
    countIndexes(text, completions);
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error;
    errors.push(invalid(at, text, `error parsing ${field}: ${error.message}`));
  }
}

function checkPods(job: Job, old: Job, errors: FieldError[]): void {
  const changed = changes(job, old);
  const { terminating, ready, active = 0 } = job.status ?? {};
  if ((changed(isFinished) || changed((j) => j.status?.terminating)) && (terminating ?? 0) > 0 && isFinished(job)) {
    errors.push(invalid(path.child('terminating'), terminating, 'terminating>0 is invalid for finished job'));
  }
  if ((changed((j) => j.status?.ready) || changed((j) => j.status?.active ?? 0)) && ready !== undefined && ready > active) {
    errors.push(invalid(path.child('ready'), ready, 'cannot set more ready pods than active'));
  }
  const met = isConditionTrue(job, 'SuccessCriteriaMet');
  if (met && isFailed(job)) refuse(errors, 'cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (met && isConditionTrue(job, 'FailureTarget')) refuse(errors, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (job.spec.successPolicy && !met && isComplete(job)) {
    refuse(errors, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
  }
}

/** What is over stays over, and counts do not fall. */
function checkTransitions(job: Job, old: Job, errors: FieldError[]): void {
  const { spec, status = {} } = job;
  const was = old.status ?? {};
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isConditionTrue(old, type) && !isConditionTrue(job, type)) refuse(errors, `cannot disable the terminal ${type}=True condition`);
  }
  if ((status.failed ?? 0) < (was.failed ?? 0))
    errors.push(invalid(path.child('failed'), status.failed ?? 0, 'cannot decrease the failed counter'));
  const elastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!elastic && (status.succeeded ?? 0) < (was.succeeded ?? 0)) {
    errors.push(invalid(path.child('succeeded'), status.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  }
  if (status.completionTime && was.completionTime && status.completionTime !== was.completionTime) {
    errors.push(invalid(path.child('completionTime'), status.completionTime, 'field is immutable'));
  }
  const resuming = isConditionTrue(old, 'Suspended') && isConditionFalse(job, 'Suspended');
  if (was.startTime && status.startTime !== was.startTime && !resuming && !spec.suspend) {
    errors.push(invalid(path.child('startTime'), status.startTime ?? null, 'field is immutable for unsuspended job once set'));
  }
  const met = isConditionTrue(job, 'SuccessCriteriaMet');
  if (isConditionTrue(old, 'SuccessCriteriaMet') && !met) refuse(errors, 'cannot disable the SuccessCriteriaMet=True condition');
  if (isComplete(old) && !isConditionTrue(old, 'SuccessCriteriaMet') && met) {
    refuse(errors, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
  }
}

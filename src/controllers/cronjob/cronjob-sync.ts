/** One sync of one cron job (pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob). */
import type { CronJob, CronJobStatus, Job } from '../../api/batch/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { cronJobs, jobs } from '../../client/resources.ts';
import { parseCronSchedule, type CronSchedule } from '../../machinery/cron/cron-schedule.ts';
import { formatZoned, isTimeZone } from '../../machinery/cron/zoned-time.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { isControlledBy, newControllerRef } from '../shared/controller-ref.ts';
import { finishedCondition } from '../shared/job-finished.ts';
import { dueTime, jobName, surplusJobs, untilNext } from './plan.ts';

const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export class CronJobSync {
  readonly #ctx: ControllerContext;
  readonly #jobs: readonly Job[];
  #cj: CronJob;
  #changed = false;

  /** `owned`: the jobs that name the cron job as their controller. */
  constructor(ctx: ControllerContext, cj: CronJob, owned: readonly Job[]) {
    this.#ctx = ctx;
    this.#cj = cj;
    this.#jobs = owned;
  }

  /** Milliseconds until the next look, or undefined. */
  async run(): Promise<number | undefined> {
    await this.#cleanUp();
    let result: { readonly after: number | undefined } | { readonly error: unknown };
    try {
      result = { after: await this.#sync() };
    } catch (error) {
      result = { error };
    }
    // Whatever was done so far is written down, even when the rest failed.
    if (this.#changed) await this.#ctx.client.resource(cronJobs).updateStatus(this.#cj);
    if ('error' in result) throw result.error;
    return result.after;
  }

  async #cleanUp(): Promise<void> {
    const ended = (type: string) => this.#jobs.filter((j) => finishedCondition(j)?.type === type);
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.#cj.spec;
    const surplus = [
      ...surplusJobs(ended('Complete'), successfulJobsHistoryLimit),
      ...surplusJobs(ended('Failed'), failedJobsHistoryLimit),
    ];
    for (const job of surplus) await this.#delete(job);
  }

  async #sync(): Promise<number | undefined> {
    await this.#followJobs();
    await this.#forgetMissing();
    const { metadata, spec } = this.#cj;
    if (metadata.deletionTimestamp) return undefined;
    if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
      const why = `unknown time zone ${spec.timeZone}`;
      return this.#warn('UnknownTimeZone', `invalid timeZone: "${spec.timeZone}": ${why}`);
    }
    if (spec.suspend) return undefined;
    const schedule = this.#schedule();
    if (!schedule) return undefined;
    return this.#schedulePass(schedule);
  }

  #schedule(): CronSchedule | undefined {
    const { schedule, timeZone } = this.#cj.spec;
    if (schedule.includes('TZ')) {
      const page = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
      this.#warn(
        'UnsupportedSchedule',
        `CRON_TZ or TZ used in schedule "${schedule}" is not officially supported, see ${page} for more details`,
      );
    }
    try {
      return parseCronSchedule(schedule, timeZone);
    } catch (error) {
      return this.#warn('UnparseableSchedule', `unparseable schedule: "${schedule}" : ${errorMessage(error)}`);
    }
  }

  async #schedulePass(schedule: CronSchedule): Promise<number | undefined> {
    const now = this.#ctx.clock.now();
    const again = () => untilNext(this.#cj, now, schedule);
    const due = this.#due(now, schedule);
    if (due === 'invalid') return undefined;
    if (due === undefined) return again();
    const { startingDeadlineSeconds: deadline, concurrencyPolicy } = this.#cj.spec;
    const { active = [], lastScheduleTime } = this.#cj.status;
    if (deadline !== undefined && due + deadline * 1000 < now) {
      const time = new Date(due).toUTCString().replace('GMT', '+0000');
      this.#warn('MissSchedule', `Missed scheduled time to start a job: ${time}`);
      return again();
    }
    const name = jobName(this.#cj, due);
    if (active.some((j) => j.name === name) || (lastScheduleTime && Date.parse(lastScheduleTime) === due)) return again();
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#ctx.recorder.event(this.#cj, 'Normal', 'JobAlreadyActive', message);
      return again();
    }
    if (concurrencyPolicy === 'Replace') await this.#replaceActive();
    return (await this.#start(due)) ? again() : undefined;
  }

  #due(now: number, schedule: CronSchedule): number | undefined | 'invalid' {
    try {
      const { at, tooMany } = dueTime(this.#cj, now, schedule);
      if (tooMany) {
        this.#warn('TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
      }
      return at;
    } catch (error) {
      this.#warn('InvalidSchedule', `invalid schedule: ${this.#cj.spec.schedule} : ${errorMessage(error)}`);
      return 'invalid';
    }
  }

  /** Takes ended jobs off the active list, and notes the last success. */
  async #followJobs(): Promise<void> {
    const { recorder } = this.#ctx;
    for (const job of this.#jobs) {
      const active = this.#isActive(this.#cj, job);
      const condition = finishedCondition(job);
      if (!condition) {
        if (!active) await this.#unexpected(job);
        continue;
      }
      if (active) {
        this.#dropActive(job.metadata.uid);
        recorder.event(this.#cj, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${condition.type}`);
      }
      const { completionTime } = job.status;
      const { lastSuccessfulTime } = this.#cj.status;
      const later = completionTime && (!lastSuccessfulTime || Date.parse(completionTime) > Date.parse(lastSuccessfulTime));
      if (condition.type === 'Complete' && later) this.#setStatus({ lastSuccessfulTime: completionTime });
    }
  }

  /** A running job that is not listed: either the cache is old, or somebody else made it. */
  async #unexpected(job: Job): Promise<void> {
    const { name, namespace } = this.#cj.metadata;
    const fresh = await this.#ctx.client.resource(cronJobs).get(name, { namespace });
    if (this.#isActive(fresh, job)) this.#cj = fresh;
    else this.#warn('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
  }

  async #forgetMissing(): Promise<void> {
    const known = new Set(this.#jobs.map((j) => j.metadata.uid));
    for (const ref of this.#cj.status.active ?? []) {
      if (known.has(ref.uid ?? '') || (await this.#get(ref.name ?? ''))) continue;
      this.#ctx.recorder.event(this.#cj, 'Normal', 'MissingJob', `Active job went missing: ${ref.name}`);
      this.#dropActive(ref.uid ?? '');
    }
  }

  async #replaceActive(): Promise<void> {
    for (const ref of this.#cj.status.active ?? []) {
      const job = await this.#get(ref.name ?? '');
      if (!job) {
        this.#warn('FailedGet', `Get job: jobs.batch "${ref.name}" not found`);
        throw new Error(`jobs.batch "${ref.name}" not found`);
      }
      if (!(await this.#delete(job))) throw new Error(`could not replace job ${job.metadata.namespace}/${job.metadata.name}`);
    }
  }

  /** False when a job of the name is there that is none of ours, or listed already. */
  async #start(due: number): Promise<boolean> {
    const { recorder, client } = this.#ctx;
    let job: Job;
    try {
      job = await client.resource(jobs).create(this.#draft(due));
      recorder.event(this.#cj, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    } catch (error) {
      if (isNamespaceTerminating(error)) throw error;
      if (!isAlreadyExists(error)) {
        this.#warn('FailedCreate', `Error creating job: ${errorMessage(error)}`);
        throw error;
      }
      const existing = await this.#get(jobName(this.#cj, due));
      if (!existing || !isControlledBy(existing, this.#cj) || this.#isActive(this.#cj, existing)) return false;
      job = existing;
    }
    const { name, namespace, uid, resourceVersion } = job.metadata;
    const ref = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
    this.#setStatus({ active: [...(this.#cj.status.active ?? []), ref], lastScheduleTime: formatTime(due) });
    return true;
  }

  #draft(due: number) {
    const { metadata, spec } = this.#cj;
    const template = spec.jobTemplate;
    return {
      metadata: {
        name: jobName(this.#cj, due),
        namespace: metadata.namespace,
        labels: { ...template.metadata?.labels },
        annotations: { ...template.metadata?.annotations, [SCHEDULED_TIMESTAMP]: formatZoned(due, spec.timeZone) },
        ownerReferences: [newControllerRef(this.#cj, { apiVersion: 'batch/v1', kind: 'CronJob' })],
      },
      spec: template.spec,
    };
  }

  async #get(name: string): Promise<Job | undefined> {
    try {
      return await this.#ctx.client.resource(jobs).get(name, { namespace: this.#cj.metadata.namespace });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #delete({ metadata: { name, namespace, uid } }: Job): Promise<boolean> {
    try {
      await this.#ctx.client.resource(jobs).delete(name, { namespace, propagationPolicy: 'Background' });
    } catch (error) {
      this.#warn('FailedDelete', `Deleted job: ${errorMessage(error)}`);
      return false;
    }
    this.#dropActive(uid);
    this.#ctx.recorder.event(this.#cj, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  #isActive(cj: CronJob, job: Job): boolean {
    return (cj.status.active ?? []).some((ref) => ref.uid === job.metadata.uid);
  }

  #dropActive(uid: string): void {
    this.#setStatus({ active: (this.#cj.status.active ?? []).filter((ref) => ref.uid !== uid) });
  }

  #setStatus(change: Partial<CronJobStatus>): void {
    this.#cj = { ...this.#cj, status: { ...this.#cj.status, ...change } };
    this.#changed = true;
  }

  #warn(reason: string, message: string): undefined {
    this.#ctx.recorder.event(this.#cj, 'Warning', reason, message);
  }
}

/** One sync of one job: carries out what evaluate.ts, plan.ts and tracking.ts decide. */
import type { Job, JobCondition, JobStatus } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { formatTime } from '../../base/clock.ts';
import { jobs } from '../../client/resources.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import type { Expectations } from '../shared/expectations.ts';
import { type PodControl, podFromTemplate } from '../shared/pod-control.ts';
import { isPodReady } from '../shared/pod-status.ts';
import { slowStartBatch } from '../shared/slow-start-batch.ts';
import type { BackoffRecord } from './backoff.ts';
import { ensureCondition, newCondition } from './conditions.ts';
import { activeDeadlineLeft, evaluateJob, type JobState } from './evaluate.ts';
import { hasTrackingFinalizer, isSuspended, TRACKING_FINALIZER } from './job-pods.ts';
import { indexedGenerateName, jobPodTemplate } from './pod-template.ts';
import { planPods, type PodPlan } from './plan.ts';
import { countReleased, finishStatus, trackPods, type Tracking } from './tracking.ts';

export interface JobSyncInput {
  readonly ctx: ControllerContext;
  readonly podControl: PodControl;
  readonly expectations: Expectations;
  /** UIDs of pods by job key whose finalizer was removed and whose update is awaited. */
  readonly finalizersRemoved: FinalizersRemoved;
  readonly job: Job;
  /** Its pods, adopted ones too. */
  readonly pods: readonly Pod[];
  readonly backoff: BackoffRecord;
  readonly keepBackoff: (record: BackoffRecord) => void;
  readonly finishedWritten: () => void;
  /** Look at the job again after so many milliseconds. */
  readonly again: (ms: number) => void;
}

/** Which finalizer removals are awaited; see expectations.ts for why. */
export interface FinalizersRemoved {
  get(key: string): ReadonlySet<string>;
  expect(key: string, uids: readonly string[]): void;
  observed(key: string, uid: string): void;
}

/** Numbers that this sync changes. */
interface Counts {
  active: number;
  ready: number;
  terminating: number;
}

export class JobSync {
  readonly #in: JobSyncInput;
  readonly #key: string;
  #job: Job;

  constructor(input: JobSyncInput) {
    this.#in = input;
    this.#job = input.job;
    this.#key = keyOf(input.job);
  }

  async run(): Promise<void> {
    const { ctx, pods, backoff, finalizersRemoved, expectations } = this.#in;
    const satisfied = expectations.satisfied(this.#key);
    const now = ctx.clock.now();
    if (!this.#job.status.startTime && !isSuspended(this.#job)) this.#setStatus({ startTime: formatTime(now) });
    const state = evaluateJob({ job: this.#job, pods, backoff, finalizersRemoved: finalizersRemoved.get(this.#key), now });
    const counts: Counts = { active: state.active.length, ready: state.ready, terminating: state.terminating };
    const deadline = activeDeadlineLeft(this.#job, now);
    if (!state.finished && deadline !== undefined) this.#in.again(deadline);
    const outcome = state.finished ? await this.#stop(state, counts, satisfied) : await this.#manage(state, counts, satisfied);
    await this.#track(state, outcome.finished, counts, now);
    if (outcome.error !== undefined) throw outcome.error;
  }

  /** The job is over: its running pods go. The condition is set only once all are on their way. */
  async #stop(state: JobState, counts: Counts, satisfied: boolean): Promise<{ finished: JobCondition | undefined; error?: unknown }> {
    const { podControl } = this.#in;
    const results = await this.#deletePods(state.active, counts, ({ metadata }) =>
      podControl.delete(metadata.namespace, metadata.name, this.#job),
    );
    const all = results.deleted === state.active.length && satisfied;
    return { finished: all ? state.finished : undefined, error: results.error };
  }

  async #manage(state: JobState, counts: Counts, satisfied: boolean): Promise<{ finished: JobCondition | undefined; error?: unknown }> {
    const { ctx } = this.#in;
    const managed = satisfied && !this.#job.metadata.deletionTimestamp;
    const error = managed ? await this.#execute(state, planPods(state, ctx.clock.now()), counts) : undefined;
    const { completions } = this.#job.spec;
    const enough = completions === undefined ? state.succeeded > 0 : state.succeeded >= completions;
    if (enough && counts.active === 0) {
      const message = 'Reached expected number of succeeded pods';
      return { finished: newCondition('SuccessCriteriaMet', 'CompletionsReached', message, ctx.clock.now()), error };
    }
    if (managed) this.#suspendedCondition();
    return { finished: undefined, error };
  }

  #suspendedCondition(): void {
    const { clock, recorder } = this.#in.ctx;
    const now = clock.now();
    const condition = isSuspended(this.#job)
      ? newCondition('Suspended', 'JobSuspended', 'Job suspended', now)
      : newCondition('Suspended', 'JobResumed', 'Job resumed', now, 'False');
    const conditions = ensureCondition(this.#job.status.conditions, condition);
    if (!conditions) return;
    if (isSuspended(this.#job)) {
      recorder.event(this.#job, 'Normal', 'Suspended', 'Job suspended');
      this.#setStatus({ conditions, startTime: undefined });
    } else {
      recorder.event(this.#job, 'Normal', 'Resumed', 'Job resumed');
      this.#setStatus({ conditions, startTime: formatTime(now) });
    }
  }

  async #execute(state: JobState, plan: PodPlan, counts: Counts): Promise<unknown> {
    const { podControl, expectations } = this.#in;
    if (plan.action === 'wait') {
      this.#in.again(plan.ms);
      counts.active = 0;
      return undefined;
    }
    if (plan.action === 'create') return this.#create(state, plan.count, plan.indexes, counts);
    if (plan.action === 'none' || plan.pods.length === 0) return undefined;
    expectations.expectDeletions(this.#key, plan.pods.map(keyOf));
    const { error } = await this.#deletePods(plan.pods, counts, async (pod) => {
      try {
        if (hasTrackingFinalizer(pod)) await this.#removeFinalizer(pod);
        await podControl.delete(pod.metadata.namespace, pod.metadata.name, this.#job);
      } catch (e) {
        expectations.deletionObserved(this.#key, keyOf(pod));
        throw e;
      }
    });
    return error;
  }

  /** Pods that are gone already count as deleted. */
  async #deletePods(
    pods: readonly Pod[],
    counts: Counts,
    remove: (pod: Pod) => Promise<void>,
  ): Promise<{ deleted: number; error?: unknown }> {
    const results = await Promise.allSettled(pods.map(remove));
    const failures = results.filter((r) => r.status === 'rejected' && !isNotFound(r.reason));
    const deleted = pods.length - failures.length;
    counts.active -= deleted;
    counts.terminating += deleted;
    counts.ready -= pods.filter(isPodReady).length;
    const [first] = failures;
    return { deleted, error: first?.status === 'rejected' ? first.reason : undefined };
  }

  async #create(state: JobState, count: number, indexes: readonly number[] | undefined, counts: Counts): Promise<unknown> {
    const { podControl, expectations } = this.#in;
    if (count === 0) return undefined;
    expectations.expectCreations(this.#key, count);
    const job = this.#job;
    const ref = newControllerRef(job, { apiVersion: 'batch/v1', kind: 'Job' });
    const { successes, error } = await slowStartBatch(count, async (i) => {
      const index = indexes?.[i];
      const template = jobPodTemplate(job, index, index === undefined ? undefined : state.delayedDeletion.get(index));
      const generateName = index === undefined ? undefined : indexedGenerateName(job.metadata.name, index);
      try {
        await podControl.create(podFromTemplate(template, job, ref, generateName), job);
      } catch (e) {
        if (!isNamespaceTerminating(e)) throw e;
      }
    });
    counts.active += successes;
    if (successes < count) expectations.creationObserved(this.#key, count - successes);
    return error;
  }

  async #track(state: JobState, finished: JobCondition | undefined, counts: Counts, now: number): Promise<void> {
    const before = this.#in.job.status;
    this.#setStatus({ active: counts.active, ready: counts.ready, terminating: counts.terminating });
    const numbersChanged =
      counts.active !== (before.active ?? 0) || counts.ready !== before.ready || counts.terminating !== before.terminating;
    const tracking = trackPods({ ...state, job: this.#job }, this.#job.status, finished, now);
    this.#setStatus(tracking.status);
    const conditionsChanged = this.#job.status.conditions !== before.conditions;
    if (tracking.changed || numbersChanged || conditionsChanged) {
      await this.#updateStatus(this.#job.status);
      this.#in.keepBackoff(state.backoff);
    }
    await this.#release(tracking);
    const counted = countReleased(this.#job.status, this.#withFinalizer);
    const ended = tracking.full ? undefined : finishStatus(counted.status, tracking.finished, this.#in.ctx.clock.now());
    if (ended || counted.changed) await this.#updateStatus(ended ?? counted.status);
    if (ended && tracking.finished) this.#reportFinished(tracking.finished);
  }

  #withFinalizer = new Set<string>();

  /** Takes the finalizer off; when that fails for some, those that lost it are counted before the error is passed on. */
  async #release({ release, withFinalizer }: Tracking): Promise<void> {
    const { finalizersRemoved } = this.#in;
    this.#withFinalizer = new Set(withFinalizer);
    const uids = release.map((p) => p.metadata.uid);
    if (uids.length > 0) finalizersRemoved.expect(this.#key, uids);
    const removals = release.map(async (pod) => {
      const { uid } = pod.metadata;
      try {
        await this.#removeFinalizer(pod);
      } catch (error) {
        finalizersRemoved.observed(this.#key, uid);
        if (!isNotFound(error)) throw error;
      }
      this.#withFinalizer.delete(uid);
    });
    const failed = (await Promise.allSettled(removals)).find((r) => r.status === 'rejected');
    if (!failed) return;
    const counted = countReleased(this.#job.status, this.#withFinalizer);
    if (counted.changed) await this.#updateStatus(counted.status);
    throw failed.reason;
  }

  async #removeFinalizer({ metadata }: Pod): Promise<void> {
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
    await this.#in.podControl.patch(metadata.namespace, metadata.name, patch);
  }

  #reportFinished(finished: JobCondition): void {
    const { recorder } = this.#in.ctx;
    const { completions } = this.#job.spec;
    if (finished.type !== 'Complete') recorder.event(this.#job, 'Warning', finished.reason ?? '', finished.message ?? '');
    else {
      if (completions !== undefined && (this.#job.status.succeeded ?? 0) > completions) {
        recorder.event(this.#job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
      }
      recorder.event(this.#job, 'Normal', 'Completed', 'Job completed');
    }
    this.#in.finishedWritten();
  }

  #setStatus(change: Partial<JobStatus>): void {
    this.#job = { ...this.#job, status: { ...this.#job.status, ...change } };
  }

  async #updateStatus(status: JobStatus): Promise<void> {
    this.#job = await this.#in.ctx.client.resource(jobs).updateStatus({ ...this.#job, status });
  }
}

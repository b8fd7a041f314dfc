/** https://kubernetes.io/docs/concepts/workloads/controllers/job/ (pkg/controller/job). */
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { jobs, pods } from '../../client/resources.ts';
import { runWorkers, WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { workersOf, type Controller, type ControllerContext } from '../controller.ts';
import { claimObjects } from '../shared/controller-ref-manager.ts';
import { controllerOf } from '../shared/controller-ref.ts';
import { Expectations } from '../shared/expectations.ts';
import { finishedCondition } from '../shared/job-finished.ts';
import { labelMatcher } from '../shared/label-selector.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { PodControl } from '../shared/pod-control.ts';
import { addPodOwnerIndex, podsOfOwner } from '../shared/pod-owner-index.ts';
import { runController } from '../shared/run-controller.ts';
import { NO_BACKOFF, type BackoffRecord } from './backoff.ts';
import { hasTrackingFinalizer, TRACKING_FINALIZER } from './job-pods.ts';
import { JobSync, type FinalizersRemoved } from './job-sync.ts';

const NAME = 'job-controller';
const MANAGED_BY = 'kubernetes.io/job-controller';
/** Events of pods are gathered for so long, so that many pods that end together cost few status updates. */
const BATCH_MS = 100;
const BACKOFF = { baseMs: 1000, maxMs: 60_000 };

export const jobController: Controller = { name: NAME, start: (ctx) => new JobController(ctx).run() };

const isForeign = (job: Job) => job.spec.managedBy !== undefined && job.spec.managedBy !== MANAGED_BY;

class JobController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  /** Keys of pods whose job is gone or finished: only their finalizer is to go. */
  readonly #orphans: WorkQueue;
  readonly #expectations: Expectations;
  readonly #finalizersRemoved = new FinalizerExpectations();
  readonly #backoff = new Map<string, BackoffRecord>();
  /** UIDs of jobs whose end was written, until the cache shows it. */
  readonly #finished = new Set<string>();
  readonly #podControl: PodControl;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock, BACKOFF);
    this.#orphans = new WorkQueue(ctx.clock, BACKOFF);
    this.#expectations = new Expectations(ctx.clock);
    this.#podControl = new PodControl(ctx.client, ctx.recorder);
    this.#jobs = ctx.informers.informer(jobs);
    this.#pods = ctx.informers.informer(pods);
  }

  async run(): Promise<void> {
    addPodOwnerIndex(this.#pods);
    this.#jobs.addHandler({
      onAdd: (job) => this.#queue.add(keyOf(job)),
      onUpdate: (old, job) => this.#jobUpdated(old, job),
      onDelete: (job) => this.#jobDeleted(job),
    });
    this.#watchPods();
    const { log, signal } = this.#ctx;
    await Promise.all([
      runController(this.#ctx, {
        name: NAME,
        queue: this.#queue,
        informers: [this.#jobs, this.#pods],
        reconcile: (key) => this.#sync(key),
      }),
      runWorkers({
        queue: this.#orphans,
        workers: workersOf(this.#ctx, NAME, 5),
        log,
        signal,
        reconcile: (key) => this.#releaseOrphan(key),
      }),
    ]);
  }

  #watchPods(): void {
    this.#pods.addHandler(
      ownedObjectHandler<Pod>({
        resolve: resolveOwner(this.#jobs.lister, 'Job'),
        adopters: (pod) => this.#adopters(pod),
        enqueue: (key) => this.#queue.addAfter(key, BATCH_MS),
        onCreated: (key) => this.#expectations.creationObserved(key),
        onUpdated: (key, _, pod) => {
          if (!hasTrackingFinalizer(pod)) this.#finalizersRemoved.observed(key, pod.metadata.uid);
        },
        onDeleted: (key, pod) => {
          this.#expectations.deletionObserved(key, keyOf(pod));
          if (!hasTrackingFinalizer(pod)) this.#finalizersRemoved.observed(key, pod.metadata.uid);
        },
        deletionBegins: true,
      }),
    );
    const orphan = (pod: Pod) => {
      if (hasTrackingFinalizer(pod) && this.#isOrphan(pod)) this.#orphans.add(keyOf(pod));
    };
    this.#pods.addHandler({
      onAdd: orphan,
      onUpdate: (_, pod) => orphan(pod),
      // Gone for good: its finalizer is off, whatever the last state seen.
      onDelete: (pod) => {
        const ref = controllerOf(pod);
        if (ref?.kind === 'Job') this.#finalizersRemoved.observed(`${pod.metadata.namespace}/${ref.name}`, pod.metadata.uid);
      },
    });
  }

  #adopters(pod: Pod): string[] {
    const matching = this.#jobs.lister.list(pod.metadata.namespace).filter((job) => labelMatcher(job.spec.selector)(pod.metadata.labels));
    return matching.map(keyOf);
  }

  #jobUpdated(old: Job, job: Job): void {
    if (old.metadata.uid !== job.metadata.uid) this.#jobDeleted(old);
    const key = keyOf(job);
    if (finishedCondition(job)) return this.#enqueuePodsOf(job);
    if (job.metadata.generation === old.metadata.generation) this.#queue.addAfter(key, BATCH_MS);
    else this.#queue.add(key);
  }

  #jobDeleted(job: Job): void {
    const key = keyOf(job);
    this.#finished.delete(job.metadata.uid);
    this.#backoff.delete(key);
    this.#queue.add(key);
    this.#enqueuePodsOf(job);
  }

  #enqueuePodsOf(job: Job): void {
    const matches = labelMatcher(job.spec.selector);
    for (const pod of this.#pods.lister.list(job.metadata.namespace)) {
      if (hasTrackingFinalizer(pod) && matches(pod.metadata.labels)) this.#orphans.add(keyOf(pod));
    }
  }

  /** No job of ours needs the pod's finalizer any more. */
  #isOrphan(pod: Pod): boolean {
    const ref = controllerOf(pod);
    if (!ref) return true;
    if (ref.kind !== 'Job' || ref.apiVersion !== 'batch/v1') return false;
    const key = resolveOwner(this.#jobs.lister, 'Job')(pod.metadata.namespace, ref);
    const job = key === undefined ? undefined : this.#jobs.lister.get(key);
    return !job || (!isForeign(job) && finishedCondition(job) !== undefined);
  }

  async #releaseOrphan(key: string): Promise<void> {
    const pod = this.#pods.lister.get(key);
    if (!pod || !hasTrackingFinalizer(pod) || !this.#isOrphan(pod)) return;
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
    try {
      await this.#podControl.patch(pod.metadata.namespace, pod.metadata.name, patch);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #sync(key: string): Promise<void> {
    const job = this.#jobs.lister.get(key);
    if (!job) {
      this.#expectations.forget(key);
      this.#finalizersRemoved.forget(key);
      this.#backoff.delete(key);
      return;
    }
    if (isForeign(job)) return;
    if (finishedCondition(job)) {
      this.#backoff.delete(key);
      this.#finished.delete(job.metadata.uid);
      return;
    }
    if (this.#finished.has(job.metadata.uid)) return;
    const { completionMode: mode } = job.spec;
    if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
      const message = 'Skipped Job sync because completion mode is unknown';
      return this.#ctx.recorder.event(job, 'Warning', 'UnknownCompletionMode', message);
    }
    await new JobSync({
      ctx: this.#ctx,
      podControl: this.#podControl,
      expectations: this.#expectations,
      finalizersRemoved: this.#finalizersRemoved,
      job,
      pods: await this.#claimPods(job),
      backoff: this.#backoff.get(key) ?? NO_BACKOFF,
      keepBackoff: (record) => this.#backoff.set(key, record),
      finishedWritten: () => this.#finished.add(job.metadata.uid),
      again: (ms) => this.#queue.addAfter(key, Math.max(ms, BATCH_MS)),
    }).run();
  }

  async #claimPods(job: Job): Promise<Pod[]> {
    const { namespace, name, uid } = job.metadata;
    const claimed = await claimObjects(podsOfOwner(this.#pods, job, 'Job', { orphans: true }), {
      controller: job,
      kind: { apiVersion: 'batch/v1', kind: 'Job' },
      matches: labelMatcher(job.spec.selector),
      finalizers: [TRACKING_FINALIZER],
      fresh: () => this.#ctx.client.resource(jobs).get(name, { namespace }),
      patch: (pod, patch) => this.#podControl.patch(namespace, pod.metadata.name, patch),
    });
    // An adopted pod has the finalizer by now, though the cache does not show it.
    return claimed.map((pod) => {
      if (controllerOf(pod)?.uid === uid || hasTrackingFinalizer(pod)) return pod;
      return { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] } };
    });
  }
}

class FinalizerExpectations implements FinalizersRemoved {
  readonly #byKey = new Map<string, Set<string>>();

  get(key: string): ReadonlySet<string> {
    return new Set(this.#byKey.get(key));
  }

  expect(key: string, uids: readonly string[]): void {
    this.#byKey.set(key, new Set([...(this.#byKey.get(key) ?? []), ...uids]));
  }

  observed(key: string, uid: string): void {
    this.#byKey.get(key)?.delete(uid);
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

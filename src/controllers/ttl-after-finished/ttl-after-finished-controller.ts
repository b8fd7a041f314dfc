/** https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ (pkg/controller/ttlafterfinished). */
import type { Job } from '../../api/batch/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { jobs } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { finishedCondition } from '../shared/job-finished.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'ttl-after-finished-controller';

export const ttlAfterFinishedController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const informer = ctx.informers.informer(jobs);
  const enqueue = (job: Job) => {
    if (timeLeft(job, ctx.clock.now()) !== undefined) queue.add(keyOf(job));
  };
  informer.addHandler({ onAdd: enqueue, onUpdate: (_, job) => enqueue(job) });
  /** True when the job is due; otherwise it is looked at again when it will be. */
  const isDue = (key: string, job: Job): boolean => {
    const left = timeLeft(job, ctx.clock.now());
    if (left !== undefined && left > 0) queue.addAfter(key, left);
    return left !== undefined && left <= 0;
  };
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [informer],
    reconcile: async (key) => {
      const job = informer.lister.get(key);
      if (!job || !isDue(key, job)) return;
      const { name, namespace } = job.metadata;
      const client = ctx.client.resource(jobs);
      try {
        // The time to live may have been changed since.
        const fresh = await client.get(name, { namespace });
        if (!isDue(key, fresh)) return;
        await client.delete(name, { namespace, propagationPolicy: 'Foreground', preconditions: { uid: fresh.metadata.uid } });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  });
}

/** Milliseconds until the job shall be deleted (negative: overdue); undefined when it shall not. */
function timeLeft(job: Job, now: number): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  if (ttl === undefined || job.metadata.deletionTimestamp) return undefined;
  const end = finishedCondition(job);
  return end?.lastTransitionTime ? Date.parse(end.lastTransitionTime) + ttl * 1000 - now : undefined;
}

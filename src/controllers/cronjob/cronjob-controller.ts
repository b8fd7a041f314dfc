/** https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ (pkg/controller/cronjob). */
import type { CronJob, Job } from '../../api/batch/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { cronJobs, jobs } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { CronError, parseCronSchedule } from '../../machinery/cron/cron-schedule.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerOf } from '../shared/controller-ref.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { runController } from '../shared/run-controller.ts';
import { CronJobSync } from './cronjob-sync.ts';
import { untilNext } from './plan.ts';

const NAME = 'cronjob-controller';
const OWNER_INDEX = 'cronjob-controller-owner';

export const cronJobController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const owners = ctx.informers.informer(cronJobs);
  const owned = ctx.informers.informer(jobs);
  owned.addIndex(OWNER_INDEX, (job: Job) => {
    const ref = controllerOf(job);
    return ref?.kind === 'CronJob' ? [`${job.metadata.namespace}/${ref.name}`] : [];
  });
  const enqueue = (cj: CronJob) => queue.add(keyOf(cj));
  owners.addHandler({
    onAdd: enqueue,
    onUpdate: (old, cj) => {
      const sameTimes = old.spec.schedule === cj.spec.schedule && old.spec.timeZone === cj.spec.timeZone;
      if (sameTimes) enqueue(cj);
      else rescheduled(ctx, queue, cj);
    },
    onDelete: enqueue,
  });
  owned.addHandler(
    ownedObjectHandler<Job>({
      resolve: resolveOwner(owners.lister, 'CronJob'),
      adopters: () => [],
      enqueue: (key) => queue.add(key),
      deletionBegins: true,
    }),
  );
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [owners, owned],
    reconcile: async (key) => {
      const cj = owners.lister.get(key);
      if (!cj) return;
      const after = await new CronJobSync(ctx, cj, owned.lister.byIndex(OWNER_INDEX, key)).run();
      if (after !== undefined) queue.addAfter(key, after);
    },
  });
}

/** The next look is at the new schedule's time. */
function rescheduled(ctx: ControllerContext, queue: WorkQueue, cj: CronJob): void {
  try {
    const after = untilNext(cj, ctx.clock.now(), parseCronSchedule(cj.spec.schedule, cj.spec.timeZone));
    if (after !== undefined) queue.addAfter(keyOf(cj), after);
  } catch (error) {
    if (!(error instanceof CronError) && !(error instanceof RangeError)) throw error;
    ctx.recorder.event(cj, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${cj.spec.schedule}`);
  }
}

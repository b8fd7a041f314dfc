import type { Informer } from '../../client/informer.ts';
import { runWorkers, type WorkQueue } from '../../client/work-queue.ts';
import { isConflict, isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import { workersOf, type ControllerContext } from '../controller.ts';
import type { KubeObject } from '../../api/object.ts';
import { syncedOrStopped } from './synced-or-stopped.ts';

export interface QueueController {
  readonly name: string;
  readonly queue: WorkQueue;
  /** Reconciling starts when all of these hold their first list. */
  readonly informers: readonly Pick<Informer<KubeObject>, 'synced'>[];
  /** Keys at a time, where the options say nothing; 5 when left out. */
  readonly workers?: number;
  reconcile(key: string): Promise<void>;
  /** Further errors that are worth no line in the log. */
  isExpected?(error: unknown): boolean;
}

/** The life of a controller with one queue: wait for the caches, work until stopped. */
export async function runController(ctx: ControllerContext, controller: QueueController): Promise<void> {
  if (!(await syncedOrStopped(ctx.signal, controller.informers))) return;
  await runWorkers({
    queue: controller.queue,
    workers: workersOf(ctx, controller.name, controller.workers ?? 5),
    log: ctx.log,
    signal: ctx.signal,
    isExpected: (error) => isExpectedError(error) || (controller.isExpected?.(error) ?? false),
    reconcile: async (key) => {
      try {
        await controller.reconcile(key);
      } catch (error) {
        // Nothing can be created in a namespace that goes away; trying again would be a hot loop without an end.
        if (!isNamespaceTerminating(error)) throw error;
      }
    },
  });
}

/** Writes that lost against another writer or a deletion: the next try, with fresher caches, is the cure. */
function isExpectedError(error: unknown): boolean {
  return isConflict(error) || isNotFound(error);
}

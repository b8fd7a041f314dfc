import { certificateSigningRequests } from '../../client/resources.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { isPastUse } from './plan.ts';

const PERIOD_MS = 3_600_000;

/** Deletes certificate signing requests that nobody needs any more. */
export const certificateSigningRequestCleanerController: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  start: run,
};

async function run(ctx: ControllerContext): Promise<void> {
  const informer = ctx.informers.informer(certificateSigningRequests);
  if (!(await syncedOrStopped(ctx.signal, [informer]))) return;
  await everyPeriod(ctx, PERIOD_MS, async () => {
    for (const csr of informer.lister.list().filter((c) => isPastUse(c, ctx.clock.now()))) {
      try {
        await ctx.client.resource(certificateSigningRequests).delete(csr.metadata.name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  });
}

/** pkg/controller/namespace: empties namespaces that are being deleted and lets them go. */
import type { Namespace, Pod } from '../../api/core/v1.gen.ts';
import { namespaces, pods } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { deleteContent } from './content-deleter.ts';
import { deletionConditions } from './status.ts';

const NAME = 'namespace-controller';
const FINALIZER = 'kubernetes';
/** Time for every API server to learn that nothing may be created in the namespace any more. */
const DEFAULT_GRACE_MS = 5000;

class ContentRemains extends Error {}

export const namespaceController: Controller = { name: NAME, start: (ctx) => run(ctx) };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock, { baseMs: 5, maxMs: 60_000 });
  const informer = ctx.informers.informer(namespaces);
  const graceMs = ctx.options.namespaceDeletionGracePeriodMs ?? DEFAULT_GRACE_MS;
  const enqueue = (namespace: Namespace) => {
    if (namespace.metadata.deletionTimestamp) queue.addAfter(namespace.metadata.name, graceMs);
  };
  informer.addHandler({ onAdd: enqueue, onUpdate: (_, namespace) => enqueue(namespace) });
  // The last pod that ends need not wait for the estimate to pass.
  ctx.informers.informer(pods).addHandler({
    onDelete: ({ metadata: { namespace } }: Pod) => {
      if (informer.lister.get(namespace)?.metadata.deletionTimestamp) queue.add(namespace);
    },
  });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [informer],
    workers: 10,
    // The namespace's conditions say it.
    isExpected: (error) => error instanceof ContentRemains,
    reconcile: async (name) => {
      if (!informer.lister.get(name)) return;
      const estimate = await syncNamespace(ctx, name);
      if (estimate > 0) queue.addAfter(name, (Math.floor(estimate / 2) + 1) * 1000);
    },
  });
}

/** Seconds until the namespace should be looked at again; 0 when it is done. */
async function syncNamespace(ctx: ControllerContext, name: string): Promise<number> {
  const client = ctx.client.resource(namespaces);
  try {
    let namespace = await client.get(name);
    if (!namespace.metadata.deletionTimestamp) return 0;
    if (namespace.status.phase !== 'Terminating') {
      namespace = await retryOnConflict(ctx, namespace, (n) =>
        client.updateStatus({ ...n, status: { ...n.status, phase: 'Terminating' } }),
      );
    }
    if ((namespace.spec.finalizers ?? []).length === 0) return 0;
    const { findings, estimateSeconds, errors } = await deleteContent(ctx.client, ctx.clock, namespace);
    const conditions = deletionConditions(namespace.status.conditions, findings, ctx.clock.now());
    if (conditions) namespace = await client.updateStatus({ ...namespace, status: { ...namespace.status, conditions } });
    if (errors.length > 0) throw new ContentRemains(errors.join(', '));
    if (estimateSeconds > 0) return estimateSeconds;
    await retryOnConflict(ctx, namespace, (n) => {
      const finalizers = (n.spec.finalizers ?? []).filter((f) => f !== FINALIZER);
      return client.update({ ...n, spec: { ...n.spec, finalizers } }, { subresource: 'finalize' });
    });
    return 0;
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}

async function retryOnConflict(
  ctx: ControllerContext,
  namespace: Namespace,
  write: (n: Namespace) => Promise<Namespace>,
): Promise<Namespace> {
  let latest = namespace;
  for (;;) {
    try {
      return await write(latest);
    } catch (error) {
      if (!isConflict(error)) throw error;
      latest = await ctx.client.resource(namespaces).get(namespace.metadata.name);
      if (latest.metadata.uid !== namespace.metadata.uid) throw new Error('namespace uid has changed across retries', { cause: error });
    }
  }
}

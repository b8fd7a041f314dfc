/** Deletes bootstrap tokens when they expire (pkg/controller/bootstrap/tokencleaner.go). */
import type { Secret } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { secrets } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isBootstrapToken, tokenTimeLeft } from '../shared/bootstrap-token.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'token-cleaner-controller';

export const tokenCleanerController: Controller = { name: NAME, isDisabledByDefault: true, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const tokens = ctx.informers.informer(secrets, { namespace: 'kube-system', fieldSelector: 'type=bootstrap.kubernetes.io/token' });
  const enqueue = (secret: Secret) => queue.add(keyOf(secret));
  tokens.addHandler({ onAdd: enqueue, onUpdate: (_, secret) => enqueue(secret) });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [tokens],
    workers: 1,
    reconcile: async (key) => {
      const secret = tokens.lister.get(key);
      const left = secret && isBootstrapToken(secret) ? tokenTimeLeft(secret, ctx.clock.now()) : undefined;
      if (!secret || left === undefined) return;
      if (left > 0) return queue.addAfter(key, left);
      const { name, namespace, uid } = secret.metadata;
      await ctx.client.resource(secrets).delete(name, { namespace, preconditions: { uid } });
    },
  });
}

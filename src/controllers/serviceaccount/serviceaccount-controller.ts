/** pkg/controller/serviceaccount/serviceaccounts_controller.go: every active namespace has the service account `default`. */
import type { Namespace } from '../../api/core/v1.gen.ts';
import { namespaces, serviceAccounts } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'serviceaccount-controller';
const ACCOUNT = 'default';

export const serviceAccountController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const accounts = ctx.informers.informer(serviceAccounts);
  const all = ctx.informers.informer(namespaces);
  const enqueue = (namespace: Namespace) => queue.add(namespace.metadata.name);
  all.addHandler({ onAdd: enqueue, onUpdate: (_, namespace) => enqueue(namespace) });
  accounts.addHandler({ onDelete: (account) => queue.add(account.metadata.namespace) });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [all, accounts],
    workers: 1,
    reconcile: async (namespace) => {
      if (all.lister.get(namespace)?.status.phase !== 'Active' || accounts.lister.get(`${namespace}/${ACCOUNT}`)) return;
      try {
        await ctx.client.resource(serviceAccounts).create({ metadata: { name: ACCOUNT, namespace } });
      } catch (error) {
        if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
      }
    },
  });
}

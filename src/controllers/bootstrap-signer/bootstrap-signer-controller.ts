/** Signs kube-public/cluster-info with bootstrap tokens, so that joining nodes can trust it (pkg/controller/bootstrap/bootstrapsigner.go). */
import { configMaps, secrets } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isBootstrapToken, signingToken } from '../shared/bootstrap-token.ts';
import { runController } from '../shared/run-controller.ts';
import { signedData } from './plan.ts';

const NAME = 'bootstrap-signer-controller';
const KEY = 'kube-public/cluster-info';

export const bootstrapSignerController: Controller = { name: NAME, isDisabledByDefault: true, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const selector = { namespace: 'kube-public', fieldSelector: 'metadata.name=cluster-info' };
  const infos = ctx.informers.informer(configMaps, selector);
  const tokens = ctx.informers.informer(secrets, { namespace: 'kube-system', fieldSelector: 'type=bootstrap.kubernetes.io/token' });
  const poke = () => queue.add(KEY);
  infos.addHandler({ onAdd: poke, onUpdate: poke });
  tokens.addHandler({ onAdd: poke, onUpdate: poke, onDelete: poke });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [infos, tokens],
    workers: 1,
    reconcile: async () => {
      const info = infos.lister.get(KEY);
      if (!info) return;
      const now = ctx.clock.now();
      const valid = tokens.lister.list().filter(isBootstrapToken);
      const data = signedData(
        info.data ?? {},
        valid.flatMap((secret) => signingToken(secret, now) ?? []),
      );
      if (data) await ctx.client.resource(configMaps).update({ ...info, data });
    },
  });
}

/** Tells users where Ingresses are served: the addresses of the Ready nodes in status.loadBalancer. Runs beside the controllers. */
import type { Ingress } from '../../api/networking/v1.gen.ts';
import type { ComponentContext } from '../../client/component.ts';
import { ingressClasses, ingresses, nodes } from '../../client/resources.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { startPeriodic } from '../periodic.ts';
import { readyNodeAddresses } from '../service-lb/plan.ts';
import { INGRESS_CONTROLLER } from './ingress.ts';
import { ingressesOfController } from './selection.ts';

/** Needs to write ingresses/status. */
export function startIngressStatus(ctx: ComponentContext, options: { readonly controller?: string } = {}): { stop(): Promise<void> } {
  const informers = {
    ingresses: ctx.informers.informer(ingresses),
    classes: ctx.informers.informer(ingressClasses),
    nodes: ctx.informers.informer(nodes),
  };
  const isSynced = () => Object.values(informers).every((informer) => informer.hasSynced);
  const reconcile = async () => {
    if (!isSynced()) return;
    const wanted = readyNodeAddresses(informers.nodes.lister.list()).map((ip) => ({ ip }));
    for (const ingress of ingressesOfController(
      informers.ingresses.lister.list(),
      informers.classes.lister.list(),
      options.controller ?? INGRESS_CONTROLLER,
    )) {
      if (JSON.stringify(ingress.status?.loadBalancer?.ingress ?? []) !== JSON.stringify(wanted)) await update(ctx, ingress, wanted);
    }
  };
  const runner = startPeriodic({
    clock: ctx.clock,
    log: ctx.log,
    failure: 'Cannot bring the status of Ingresses up to date',
    minIntervalMs: 500,
    retryMs: 5_000,
    periodMs: 300_000,
    reconcile,
  });
  const changed = () => {
    if (isSynced()) runner.request();
  };
  const handler = { onAdd: changed, onUpdate: changed, onDelete: changed };
  const removers = Object.values(informers).map((informer) => informer.addHandler(handler));
  void Promise.all(Object.values(informers).map((informer) => informer.synced())).then(changed);
  const stop = async () => {
    for (const remove of removers.splice(0)) remove();
    await runner.stop();
  };
  ctx.signal.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

async function update(ctx: ComponentContext, ingress: Ingress, wanted: readonly { readonly ip: string }[]): Promise<void> {
  try {
    await ctx.client
      .resource(ingresses)
      .updateStatus({ ...ingress, status: { loadBalancer: wanted.length > 0 ? { ingress: [...wanted] } : {} } });
  } catch (error) {
    // Changed or gone since it was read: the next event brings the new state.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

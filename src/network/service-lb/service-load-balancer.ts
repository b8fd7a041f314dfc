/**
 * A load balancer out of the nodes: Services of type LoadBalancer get the nodes' own addresses, and the proxy of each node does the rest (what k3s calls
 * servicelb). For clusters that have nothing better in front of them.
 */
import type { Service } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { ComponentContext } from '../../client/component.ts';
import { endpointSlices, nodes, services } from '../../client/resources.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { startPeriodic } from '../periodic.ts';
import { serviceSlicesIndex, SLICES_BY_SERVICE } from '../slices-by-service.ts';
import { planBalancer, type Assignment } from './plan.ts';

export interface ServiceLoadBalancerOptions {
  /** spec.loadBalancerClass of its services, besides those without one; `wherry.dev/nodes` when left out. */
  readonly className?: string;
  /** `protocol/port` that must not be given away, since the nodes' own servers use them. Left out: SSH, the API server, the kubelet, the proxy, DNS. */
  readonly reservedPorts?: readonly string[];
}

const DEFAULT_RESERVED = ['tcp/22', 'tcp/2379', 'tcp/2380', 'tcp/6443', 'tcp/10250', 'tcp/10256', 'tcp/10053', 'udp/10053'];

/** Runs beside the controllers (needs to write services/status and events). */
export function startServiceLoadBalancer(ctx: ComponentContext, options: ServiceLoadBalancerOptions = {}): { stop(): Promise<void> } {
  const informers = {
    services: ctx.informers.informer(services),
    nodes: ctx.informers.informer(nodes),
    slices: ctx.informers.informer(endpointSlices),
  };
  informers.slices.addIndex(SLICES_BY_SERVICE, serviceSlicesIndex);
  const className = options.className ?? 'wherry.dev/nodes';
  const reservedPorts = new Set(options.reservedPorts ?? DEFAULT_RESERVED);
  const problems = new Map<string, string>();
  const isSynced = () => Object.values(informers).every((informer) => informer.hasSynced);

  const reconcile = async () => {
    if (!isSynced()) return;
    const all = informers.services.lister.list();
    const plan = planBalancer(
      {
        services: all,
        nodes: informers.nodes.lister.list(),
        slices: (key) => informers.slices.lister.byIndex(SLICES_BY_SERVICE, key),
        reservedPorts,
      },
      className,
    );
    for (const assignment of plan) await apply(ctx, assignment, problems);
  };
  const runner = startPeriodic({
    clock: ctx.clock,
    log: ctx.log,
    failure: 'Cannot give services their load balancer addresses',
    minIntervalMs: 200,
    retryMs: 5_000,
    periodMs: 300_000,
    reconcile,
  });
  const changed = () => {
    if (isSynced()) runner.request();
  };
  const handler = { onAdd: changed, onUpdate: changed, onDelete: changed };
  const removers = [informers.services.addHandler(handler), informers.nodes.addHandler(handler), informers.slices.addHandler(handler)];
  void Promise.all(Object.values(informers).map((informer) => informer.synced())).then(changed);
  const stop = async () => {
    for (const remove of removers.splice(0)) remove();
    await runner.stop();
  };
  ctx.signal.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

async function apply(ctx: ComponentContext, { service, ingress, problem }: Assignment, problems: Map<string, string>): Promise<void> {
  const key = keyOf(service);
  if (problem === undefined) problems.delete(key);
  else if (problems.get(key) !== problem) {
    problems.set(key, problem);
    ctx.recorder.event(service, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: ${problem}`);
  }
  if (JSON.stringify(service.status?.loadBalancer?.ingress ?? []) === JSON.stringify(ingress)) return;
  try {
    const status: Service['status'] = { ...service.status, loadBalancer: ingress.length > 0 ? { ingress: [...ingress] } : {} };
    await ctx.client.resource(services).updateStatus({ ...service, status });
    if (ingress.length > 0) ctx.recorder.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  } catch (error) {
    // Changed or gone since it was read: the next event brings the new state.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

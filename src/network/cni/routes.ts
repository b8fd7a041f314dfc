/** Routes to the pods of other nodes, through those nodes (what flannel calls host-gw): no tunnel, but all nodes must share a network segment. */
import type { Node } from '../../api/core/v1.gen.ts';
import type { IpFamily } from '../../base/ip.ts';
import { errorMessage } from '../../base/log.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes } from '../../client/resources.ts';
import { systemIp, type Ip } from '../../host/ip.ts';
import { startPeriodic } from '../periodic.ts';
import { planRoutes, type PodRoute } from './route-plan.ts';

/** Marks routes as ours (`ip route show proto 79`), so that stale ones are recognised after a restart. */
export const ROUTE_PROTOCOL = 79;

export interface RoutesOptions {
  readonly nodeName: string;
  /** IPv4 when left out. */
  readonly families?: readonly IpFamily[];
  /** Routes through other interfaces are not ours: for a machine that is outside of several clusters at once. All are when left out. */
  readonly device?: string;
  readonly host?: { readonly ip?: Ip };
}

export interface RoutesHandle {
  /** Ends following the nodes. The routes stay. */
  stop(): Promise<void>;
}

/** Keeps the routes in step with Node objects, and puts back what gets lost (a link that went down takes its routes along). */
export function startRoutes(ctx: ComponentContext, options: RoutesOptions): RoutesHandle {
  const informer: Informer<Node> = ctx.informers.informer(nodes);
  const ip = options.host?.ip ?? systemIp();
  const complained = new Set<string>();
  const complain = (key: string, message: string, fields: Record<string, unknown>) => {
    if (complained.has(key)) return;
    complained.add(key);
    ctx.log.warn(message, fields);
  };
  const reconcile = async () => {
    for (const family of options.families ?? [4]) {
      const { routes, conflicts } = planRoutes(informer.lister.list(), options.nodeName, family);
      for (const conflict of conflicts) complain(conflict, 'Pod range is not routed', { conflict });
      await applyRoutes(ip, family, options.device, routes, (route, error) => {
        complain(
          `${route.destination} ${route.gateway}`,
          'Cannot route to the pods of a node; it must be on the same network segment as this one',
          {
            podCIDR: route.destination,
            nodeIP: route.gateway,
            error,
          },
        );
      });
    }
  };
  const runner = startPeriodic({
    clock: ctx.clock,
    log: ctx.log,
    failure: 'Cannot bring pod routes up to date',
    minIntervalMs: 200,
    retryMs: 5_000,
    periodMs: 30_000,
    reconcile,
  });
  const changed = () => {
    if (informer.hasSynced) runner.request();
  };
  const remove = informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed });
  void informer.synced().then(changed);
  const stop = async () => {
    remove();
    await runner.stop();
  };
  ctx.signal.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

/** Makes the routes of our protocol number exactly these. One that the kernel refuses is reported and does not keep the others away. */
async function applyRoutes(
  ip: Ip,
  family: IpFamily,
  device: string | undefined,
  wanted: readonly PodRoute[],
  refused: (route: PodRoute, error: string) => void,
): Promise<void> {
  const present = (await ip.routes(family, { protocol: ROUTE_PROTOCOL })).filter(
    (route) => device === undefined || route.device === device,
  );
  const has = new Set(present.map((route) => `${route.destination} ${route.gateway}`));
  const keep = new Set(wanted.map((route) => route.destination));
  const stale = present.filter((route) => !keep.has(route.destination));
  await ip.batch(
    family,
    stale.map((route) => `route del ${route.destination} proto ${ROUTE_PROTOCOL}`),
  );
  for (const route of wanted) {
    if (has.has(`${route.destination} ${route.gateway}`)) continue;
    try {
      await ip.batch(family, [`route replace ${route.destination} via ${route.gateway} proto ${ROUTE_PROTOCOL}`]);
    } catch (error) {
      refused(route, errorMessage(error));
    }
  }
}

/**
 * A way to service addresses for a machine without a default route (a laptop without a network). The kernel looks for a route before address translation
 * can happen on output, and on the way through before a refusal can be sent; without one it says "network is unreachable". The routes here stand in a
 * table that is asked after all others, so that where there is a default route nothing changes.
 */
import type { IpFamily } from '../../base/ip.ts';
import type { Ip } from '../../host/ip.ts';
import { ROUTE_PROTOCOL } from './routes.ts';

const TABLE = 7979;
/** After the tables main (32766) and default (32767). */
const PREFERENCE = 32_800;

/** `source`: the node's own address, taken for traffic of the node itself. Without one nothing is done. */
export async function ensureServiceRoutes(
  ip: Ip,
  family: IpFamily,
  serviceCIDRs: readonly string[],
  source: string | undefined,
): Promise<void> {
  // The route only has to exist: addresses of services are translated or refused before a packet leaves by it. Through the loopback device the kernel
  // would not forward for pods.
  const device = source === undefined ? undefined : await ip.interfaceOf(source);
  if (source === undefined || device === undefined) return;
  const present = await ip.routes(family, { table: TABLE });
  const stale = present.filter((route) => !serviceCIDRs.includes(route.destination) || route.device !== device);
  const missing = serviceCIDRs.filter((cidr) => !present.some((route) => route.destination === cidr && route.device === device));
  await ip.batch(family, [
    ...stale.map((route) => `route del ${route.destination} table ${TABLE}`),
    ...missing.map((cidr) => `route replace ${cidr} dev ${device} src ${source} table ${TABLE} proto ${ROUTE_PROTOCOL}`),
  ]);
  if (serviceCIDRs.length > 0 && !(await ip.hasRule(family, TABLE)))
    await ip.batch(family, [`rule add pref ${PREFERENCE} lookup ${TABLE}`]);
}

/**
 * Which tracked UDP flows lead to something that no longer serves (pkg/proxy/conntrack/cleanup.go). UDP has no end of connection: without this a client
 * that keeps its port goes on talking to a pod that is gone.
 */
import type { UdpFlow } from '../../host/conntrack.ts';
import type { EndpointInfo } from './endpoint.ts';
import type { ServicePortInfo } from './service-port.ts';

/** Flows to forget, each combination once. `ports`: every service port with its endpoints; only UDP ones matter. */
export function staleFlows(
  flows: readonly UdpFlow[],
  ports: Iterable<{ readonly port: ServicePortInfo; readonly endpoints: readonly EndpointInfo[] }>,
): UdpFlow[] {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const { port, endpoints } of ports) {
    if (port.protocol !== 'udp') continue;
    // Policies, topology and termination do not end flows that exist, as they do not end TCP connections.
    const serving = new Set(endpoints.filter((e) => e.serving).map((e) => `${e.ip} ${e.port}`));
    if (serving.size === 0) continue;
    for (const ip of [port.clusterIP, ...port.loadBalancerVIPs, ...port.externalIPs]) byAddress.set(`${ip} ${port.port}`, serving);
    if (port.nodePort !== 0) byNodePort.set(port.nodePort, serving);
  }
  const stale = new Map<string, UdpFlow>();
  for (const flow of flows) {
    const reply = `${flow.replySource} ${flow.replyPort}`;
    const original = `${flow.originalDestination} ${flow.originalPort}`;
    const serving = byAddress.get(original);
    const onNodePort = byNodePort.get(flow.originalPort);
    if ((serving && !serving.has(reply)) || (onNodePort && !onNodePort.has(reply))) stale.set(`${original} ${reply}`, flow);
  }
  return [...stale.values()];
}

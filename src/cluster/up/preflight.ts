import { portInUse } from '../../host/port-in-use.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';

/** Ports of a node's components, when the node is the machine itself. */
const NODE_PORTS: Record<number, string> = {
  10250: 'the kubelet',
  10248: "the kubelet's health check",
  10256: "kube-proxy's health check",
  10249: "kube-proxy's metrics",
};

/** Throws, with the next step, when a port that the cluster needs is taken. For a cluster that does not run yet. */
export async function checkPorts(config: ClusterConfig): Promise<void> {
  if (await portInUse(config.port))
    throw new Error(
      `Port ${config.port} is in use, and the API server needs it. Stop who uses it (ss -ltnp), or choose another with --port`,
    );
  if (config.simulated || config.nodes.some((n) => n.namespace)) return;
  for (const [port, who] of Object.entries(NODE_PORTS))
    if (await portInUse(Number(port)))
      throw new Error(
        `Port ${port} is in use, and ${who} needs it. Stop who uses it (ss -ltnp), for example another cluster, or use --nodes 2: nodes then have a network of their own`,
      );
}

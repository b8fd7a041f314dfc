import { makeDirectory } from '../../host/files.ts';
import { machineHostname } from '../../host/machine-user.ts';
import { readMachineNetwork } from '../../host/machine-network.ts';
import { terminateProcess } from '../../host/processes.ts';
import { findCluster, saveCluster, type Cluster } from '../config/open-cluster.ts';
import { planConfig } from '../config/plan-config.ts';
import { parseRegistryMirror } from '../containerd/registry-hosts.ts';
import { EXAMPLE_REGISTRY_PORT } from '../example-registry/example-registry.ts';
import { runningSupervisor } from '../supervisor/running-supervisor.ts';
import type { UpFlags } from './flags.ts';
import { checkPorts } from './preflight.ts';

const SUPERVISOR_GRACE_MS = 30_000;

/** Decides what the cluster is to be, checks that it can be, and writes it down. */
export async function configure(dataDir: string, flags: UpFlags, simulated: boolean): Promise<Cluster> {
  flags['registry-mirror'].forEach(parseRegistryMirror);
  const existing = findCluster(dataDir);
  const network = simulated ? { routes: [] } : await readMachineNetwork();
  const request = {
    nodes: flags.nodes,
    nodeName: flags['node-name'],
    port: flags.port,
    serviceCidr: flags['service-cluster-ip-range'],
    podCidr: flags['cluster-cidr'],
    registryMirrors: flags['registry-mirror'],
    exampleRegistryPort: flags['example-registry'] ? EXAMPLE_REGISTRY_PORT : undefined,
    simulated,
  };
  const config = planConfig(request, existing?.config, { dataDir, hostname: machineHostname(), ...network });
  const supervisor = existing && runningSupervisor(existing.paths);
  if (!supervisor) await checkPorts(config);
  // Processes read the configuration when they start: a change starts them again. Containers run on.
  else if (JSON.stringify(existing.config) !== JSON.stringify(config)) await terminateProcess(supervisor, SUPERVISOR_GRACE_MS);
  makeDirectory(dataDir, 0o711);
  const cluster = saveCluster(dataDir, config);
  makeDirectory(cluster.paths.logs, 0o750);
  makeDirectory(cluster.paths.runDir, 0o711);
  return cluster;
}

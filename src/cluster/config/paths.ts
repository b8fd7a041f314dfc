import { join } from 'node:path';

/** Where everything of one cluster lies. Pure. */
export interface ClusterPaths {
  readonly dataDir: string;
  /** Pid files and sockets: below /run, gone after a reboot. */
  readonly runDir: string;
  readonly config: string;
  readonly pki: string;
  readonly store: string;
  readonly logs: string;
  readonly adminKubeconfig: string;
  readonly supervisorState: string;
  readonly registryDir: string;
}

export interface NodePaths {
  readonly dir: string;
  readonly kubelet: string;
  readonly containerd: string;
  readonly containerdRun: string;
  readonly cniConf: string;
  /** IPAM state of the CNI plugins. */
  readonly cniState: string;
  readonly podLogs: string;
  /** Links to the logs under older names; empty for none. */
  readonly containerLogs: string;
  readonly staticPods: string;
  readonly agentLog: string;
  readonly containerdLog: string;
  /** While this file exists the node is switched off. */
  readonly offFile: string;
}

export const DEFAULT_DATA_DIR = '/var/lib/wherry';

/** `runBase` is /run/wherry for root. `id` is the cluster's. */
export function clusterPaths(dataDir: string, id: string, runBase: string): ClusterPaths {
  const runDir = join(runBase, id);
  return {
    dataDir,
    runDir,
    config: configPath(dataDir),
    pki: join(dataDir, 'pki'),
    store: join(dataDir, 'store'),
    logs: join(dataDir, 'logs'),
    adminKubeconfig: join(dataDir, 'admin.kubeconfig'),
    supervisorState: join(runDir, 'supervisor.json'),
    registryDir: join(dataDir, 'example-registry'),
  };
}

export function configPath(dataDir: string): string {
  return join(dataDir, 'cluster.json');
}

export function nodePaths(paths: ClusterPaths, node: string): NodePaths {
  const dir = join(paths.dataDir, 'nodes', node);
  return {
    dir,
    kubelet: join(dir, 'kubelet'),
    containerd: join(dir, 'containerd'),
    containerdRun: join(paths.runDir, node),
    cniConf: join(dir, 'cni/net.d'),
    cniState: join(dir, 'cni/state'),
    // The usual place for the usual cluster, where log collectors look; a place of its own for every other.
    podLogs: paths.dataDir === DEFAULT_DATA_DIR ? '/var/log/pods' : join(dir, 'pod-logs'),
    containerLogs: paths.dataDir === DEFAULT_DATA_DIR ? '/var/log/containers' : '',
    staticPods: join(dir, 'manifests'),
    agentLog: join(paths.logs, `agent-${node}.log`),
    offFile: join(dir, 'switched-off'),
    containerdLog: join(paths.logs, `containerd-${node}.log`),
  };
}

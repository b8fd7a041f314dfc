/** Stops a cluster on this machine; `wherry down` and `wherry reset`. */
import { join } from 'node:path';
import { errorMessage } from '../../base/log.ts';
import { runCommand } from '../../host/command.ts';
import { fileExists, writeFileAtomic } from '../../host/files.ts';
import { unmountBelow } from '../../host/mount-points.ts';
import { isRunning, terminateProcess, waitUntilGone } from '../../host/processes.ts';
import { systemSysctl } from '../../host/sysctl.ts';
import type { Progress } from '../cli/progress.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { nodePaths } from '../config/paths.ts';
import { findContainerd } from '../containerd/find-containerd.ts';
import { agentOf } from '../supervisor/cluster-children.ts';
import { readSupervisorState } from '../supervisor/supervisor-state.ts';
import { topologyOf } from '../topology/plan.ts';
import { removeTopology } from '../topology/topology.ts';
import { killShims, stopPods } from './stop-pods.ts';
import { stopProcesses } from './stop-processes.ts';

export interface StopOptions {
  /** Containers run on, to be adopted by the next `up`. */
  readonly keepContainers: boolean;
  readonly graceSeconds: number;
  /** Forget pods altogether. */
  readonly removePods: boolean;
}

export async function stopCluster(cluster: Cluster, options: StopOptions, progress: Progress): Promise<void> {
  const { config, paths } = cluster;
  await progress.step('processes stopped', () => stopProcesses(paths), String);
  if (config.simulated) return;
  if (options.keepContainers) return progress.note('containers run on; "wherry up" finds them again');
  await progress.step(
    'pods stopped',
    async () => (await Promise.all(config.nodes.map((node) => stopNode(cluster, node.name, options, progress)))).reduce((a, b) => a + b, 0),
    String,
  );
  const topology = topologyOf(config);
  if (topology) await progress.step("nodes' network removed", () => removeTopology({ run: runCommand, sysctl: systemSysctl }, topology));
}

/** Switches one node off, as if its plug were pulled: its agent and its containers end; the next `up` switches it on again. */
export async function switchNodeOff(cluster: Cluster, node: string, options: StopOptions, progress: Progress): Promise<void> {
  writeFileAtomic(nodePaths(cluster.paths, node).offFile, '');
  const agent = () => readSupervisorState(cluster.paths.supervisorState)?.children[agentOf(node)]?.process;
  await progress.step(`agent of ${node} stopped`, async () => {
    for (const id = agent(); id && isRunning(id);) await waitUntilGone(id, 1_000);
  });
  await progress.step(`pods of ${node} stopped`, () => stopNode(cluster, node, options, progress), String);
}

/** The number of pods it had. */
async function stopNode({ paths }: Cluster, name: string, options: StopOptions, progress: Progress): Promise<number> {
  const runDir = nodePaths(paths, name).containerdRun;
  const socket = join(runDir, 'containerd.sock');
  const containerd = findContainerd(runDir);
  let pods = 0;
  if (containerd && fileExists(socket)) {
    try {
      pods = await stopPods({ socket, graceSeconds: options.graceSeconds, remove: options.removePods });
    } catch (error) {
      progress.note(`containerd of ${name} did not stop everything (${errorMessage(error)}): what is left is killed`);
    }
  }
  if (containerd) await terminateProcess(containerd, 10_000);
  const killed = await killShims(socket);
  await unmountBelow(runDir);
  return Math.max(pods, killed);
}

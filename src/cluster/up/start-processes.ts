import { join } from 'node:path';
import type { Command } from '../cli/command.ts';
import type { Progress } from '../cli/progress.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { runCommand } from '../../host/command.ts';
import { fileExists, removeTree } from '../../host/files.ts';
import { startDetached } from '../../host/processes.ts';
import { selfCommand } from '../../host/self-command.ts';
import { systemSysctl } from '../../host/sysctl.ts';
import { nodePaths } from '../config/paths.ts';
import { runningSupervisor } from '../supervisor/running-supervisor.ts';
import { topologyOf } from '../topology/plan.ts';
import { ensureTopology } from '../topology/topology.ts';
import { ensureCredentials } from './ensure-credentials.ts';

export interface Started {
  /** Nodes that spoke after this time (wall time, milliseconds) speak for themselves; before it the cluster did not run. */
  readonly since: number;
  /** With --foreground: ends, with its exit code, when the supervision does. */
  readonly supervision?: Promise<number>;
}

/** Makes credentials and network, then starts the supervisor unless it runs. */
export async function startProcesses(cluster: Cluster, progress: Progress, foreground: Command | undefined): Promise<Started> {
  const { config, paths } = cluster;
  await progress.step(
    'certificates',
    () => ensureCredentials(cluster, systemClock, systemRandom),
    (issued) => (issued.length ? `${issued.length} issued` : 'all good'),
  );
  const topology = topologyOf(config);
  if (topology)
    await progress.step(`network of ${config.nodes.length} nodes`, () =>
      ensureTopology({ run: runCommand, sysctl: systemSysctl }, topology, config.serviceCidr),
    );
  const switchedOn = config.nodes.filter((n) => switchOn(nodePaths(paths, n.name).offFile));
  if (runningSupervisor(paths)) {
    progress.note('running already');
    return { since: switchedOn.length ? systemClock.now() : 0 };
  }
  const since = systemClock.now();
  if (foreground) return { since, supervision: foreground.run(['--data-dir', paths.dataDir]) };
  const [file, ...args] = selfCommand('supervise', '--data-dir', paths.dataDir);
  await startDetached(file, { args, logFile: join(paths.logs, 'supervisor.log') });
  return { since };
}

/** Says whether the node was off. */
function switchOn(offFile: string): boolean {
  const wasOff = fileExists(offFile);
  removeTree(offFile);
  return wasOff;
}

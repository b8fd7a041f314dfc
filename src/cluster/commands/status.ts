import { nodes, pods } from '../../client/resources.ts';
import { errorMessage } from '../../base/log.ts';
import { systemClock } from '../../host/clock.ts';
import { isRunning, memoryOf } from '../../host/processes.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags } from '../cli/flags.ts';
import { dataDirFlag, findCluster, resolveDataDir, type Cluster } from '../config/open-cluster.ts';
import { nodePaths } from '../config/paths.ts';
import { findContainerd } from '../containerd/find-containerd.ts';
import { adminEntry } from '../pki/cluster-kubeconfigs.ts';
import { readSupervisorState } from '../supervisor/supervisor-state.ts';
import { adminClient } from '../up/admin-client.ts';
import { isReady } from '../up/wait.ts';

const FLAGS = { 'data-dir': dataDirFlag, help: { type: 'bool', help: 'show this', default: 'false', short: '-h' } } as const;
const STOPPED = 3;
const write = (text: string) => void process.stdout.write(text);

/** Exit code 0: all runs and is ready; 1: something does not; 3: nothing runs (as init scripts answer). */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      write(`Shows what of the cluster runs. Exit code 0: all of it; 1: not all; 3: nothing.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    const dataDir = resolveDataDir(flags['data-dir']);
    const cluster = findCluster(dataDir);
    if (!cluster) {
      write(`There is no cluster in ${dataDir}. Make one with "wherry up"\n`);
      return STOPPED;
    }
    write(`Cluster in ${dataDir}\n`);
    const { running, all } = showProcesses(cluster);
    if (running === 0) return STOPPED;
    const ready = await showApi(cluster);
    return ready && running === all ? 0 : 1;
  },
};

function showProcesses({ config, paths }: Cluster): { running: number; all: number } {
  const state = readSupervisorState(paths.supervisorState);
  const processes = [
    ['supervisor', state?.supervisor, 0] as const,
    ...Object.entries(state?.children ?? {}).map(([name, child]) => [name, child.process, child.failures] as const),
    ...(config.simulated ? [] : config.nodes).map(
      (n) => [`containerd-${n.name}`, findContainerd(nodePaths(paths, n.name).containerdRun), 0] as const,
    ),
  ];
  let running = 0;
  for (const [name, id, failures] of processes) {
    const alive = id !== undefined && isRunning(id);
    if (alive) running++;
    const details = alive ? `pid ${id.pid}, ${Math.round(memoryOf(id.pid) / 1e6)} MB` : 'not running';
    write(`  ${alive ? '✓' : '✗'} ${name.padEnd(24)}${details}${failures ? `, ended ${failures} times` : ''}\n`);
  }
  return { running, all: processes.length };
}

async function showApi(cluster: Cluster): Promise<boolean> {
  const client = adminClient(cluster, systemClock, 5_000);
  try {
    await client.raw({ method: 'GET', path: '/readyz' });
    write(`  ✓ API server ready: ${adminEntry(cluster).server}\n`);
    const [nodeList, podList] = await Promise.all([client.resource(nodes).list(), client.resource(pods).list()]);
    for (const node of nodeList.items)
      write(`  ${isReady(node) ? '✓' : '✗'} node ${node.metadata.name} ${isReady(node) ? 'Ready' : 'not Ready'}\n`);
    const phases = Map.groupBy(podList.items, (pod) => pod.status?.phase ?? 'Unknown');
    write(`    pods: ${[...phases].map(([phase, list]) => `${list.length} ${phase}`).join(', ') || 'none'}\n`);
    return nodeList.items.every(isReady);
  } catch (error) {
    write(`  ✗ API server: ${errorMessage(error)}\n`);
    return false;
  } finally {
    await client.transport.close();
  }
}

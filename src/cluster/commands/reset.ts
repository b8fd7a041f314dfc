import { systemClock } from '../../host/clock.ts';
import { runCommand } from '../../host/command.ts';
import { readTextIfExists, removeTree, writeFileAtomic } from '../../host/files.ts';
import { linkExists } from '../../host/link-exists.ts';
import { userKubeconfig } from '../../host/machine-user.ts';
import { unmountBelow } from '../../host/mount-points.ts';
import { removeCgroup } from '../../host/remove-cgroup.ts';
import { MASQUERADE_TABLE } from '../../network/cni/masquerade.ts';
import { POLICY_TABLE } from '../../network/policy/policy-names.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags } from '../cli/flags.ts';
import { lineProgress, type Progress } from '../cli/progress.ts';
import { clusterCgroup, type ClusterConfig } from '../config/cluster-config.ts';
import { dataDirFlag, findCluster, resolveDataDir, type Cluster } from '../config/open-cluster.ts';
import { KUBECONFIG_CLUSTER, KUBECONFIG_USER } from '../pki/cluster-kubeconfigs.ts';
import { withoutCluster } from '../pki/kubeconfig.ts';
import { stopCluster } from '../stop/stop-cluster.ts';

const FLAGS = { 'data-dir': dataDirFlag, help: { type: 'bool', help: 'show this', default: 'false', short: '-h' } } as const;

/** Tables and links that a node makes on the machine it is. Nodes in namespaces take theirs with them. */
const TABLES = ['kube-proxy', MASQUERADE_TABLE, POLICY_TABLE].flatMap((table) => [`ip ${table}`, `ip6 ${table}`]);

export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    const write = (text: string) => void process.stdout.write(text);
    if (flags.help)
      return (write(`Stops the cluster and removes everything it made on this machine, its data too.\n\n${flagHelp(FLAGS)}`), 0);
    const dataDir = resolveDataDir(flags['data-dir']);
    const cluster = findCluster(dataDir);
    if (!cluster) return (write(`There is no cluster in ${dataDir}: nothing to remove\n`), 0);
    write(`Removing the cluster in ${dataDir}\n`);
    const progress = lineProgress(systemClock, write);
    await stopCluster(cluster, { keepContainers: false, graceSeconds: 0, removePods: true }, progress);
    if (!cluster.config.simulated) await progress.step('mounts, control groups and rules removed', () => removeTraces(cluster, progress));
    await progress.step('data removed', () => {
      removeTree(cluster.paths.runDir);
      removeTree(dataDir);
    });
    removeFromUserKubeconfig(cluster.config);
    return 0;
  },
};

async function removeTraces({ config, paths }: Cluster, progress: Progress): Promise<void> {
  await unmountBelow(paths.runDir);
  await unmountBelow(paths.dataDir);
  for (const busy of removeCgroup(clusterCgroup(config))) progress.note(`control group ${busy} still holds processes`);
  if (config.nodes.some((n) => n.namespace)) return;
  for (const table of TABLES) await runCommand('nft', ['-f', '-'], { input: `add table ${table}\ndelete table ${table}\n` });
  if (linkExists('cni0')) await runCommand('ip', ['link', 'delete', 'cni0']);
}

/** Takes the cluster out of the user's kubeconfig, where `up --merge-kubeconfig` may have put it. */
function removeFromUserKubeconfig(config: ClusterConfig): void {
  const path = userKubeconfig();
  const text = readTextIfExists(path);
  const without = text === undefined ? undefined : withoutCluster(text, `${KUBECONFIG_CLUSTER}-${config.id}`, KUBECONFIG_USER);
  if (without !== undefined) writeFileAtomic(path, without);
}

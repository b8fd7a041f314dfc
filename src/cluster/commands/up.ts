import { join } from 'node:path';
import type { Client } from '../../client/client.ts';
import { systemClock } from '../../host/clock.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { userKubeconfig } from '../../host/machine-user.ts';
import { packageRoot } from '../../host/package-root.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags } from '../cli/flags.ts';
import { lineProgress, type Progress } from '../cli/progress.ts';
import { resolveDataDir, type Cluster } from '../config/open-cluster.ts';
import { pushExampleImages } from '../example-registry/push-example-images.ts';
import { adminEntry, KUBECONFIG_USER } from '../pki/cluster-kubeconfigs.ts';
import { mergeKubeconfig } from '../pki/kubeconfig.ts';
import { adminClient } from '../up/admin-client.ts';
import { configure } from '../up/configure.ts';
import { containersProblem } from '../up/containers-problem.ts';
import { UP_FLAGS, type UpFlags } from '../up/flags.ts';
import { startProcesses } from '../up/start-processes.ts';
import { waitForApi, waitForNodes } from '../up/wait.ts';
import { command as supervise } from './supervise.ts';

const write = (text: string) => void process.stdout.write(text);

export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(UP_FLAGS, args);
    if (flags.help) {
      write(`Makes a cluster on this machine, or starts the one that is there.\n\n${flagHelp(UP_FLAGS)}`);
      return 0;
    }
    const progress = lineProgress(systemClock, write);
    const problem = containersProblem();
    const cluster = await configure(resolveDataDir(flags['data-dir']), flags, problem !== undefined);
    const { nodes } = cluster.config;
    write(`Wherry: Kubernetes with ${nodes.length === 1 ? 'one node' : `${nodes.length} nodes`}, data in ${cluster.paths.dataDir}\n`);
    if (problem !== undefined) progress.note(`! ${problem}`);
    const { since, supervision } = await startProcesses(cluster, progress, flags.foreground ? supervise : undefined);
    const client = adminClient(cluster, systemClock);
    try {
      await becomeReady(cluster, client, flags, progress, since);
    } finally {
      await client.transport.close();
    }
    write(nextSteps(cluster, flags));
    return (await supervision) ?? 0;
  },
};

async function becomeReady(cluster: Cluster, client: Client, flags: UpFlags, progress: Progress, since: number): Promise<void> {
  const { config } = cluster;
  const options = { cluster, client, clock: systemClock, timeoutMs: flags.timeout };
  const { exampleRegistryPort } = config;
  const images = exampleRegistryPort === undefined ? undefined : pushImages(cluster, exampleRegistryPort);
  images?.catch(() => {}); // Awaited below; a failure must not end the process before that.
  await progress.step(
    'API server ready',
    () => waitForApi(options),
    () => adminEntry(cluster).server,
  );
  await progress.step(
    config.nodes.length === 1 ? 'node Ready' : 'nodes Ready',
    () => waitForNodes(options, since),
    () => config.nodes.map((n) => n.name).join(', '),
  );
  if (images)
    await progress.step(
      "example's images",
      () => images,
      (pushed) => `${pushed ? 'made and ' : ''}served at localhost:${exampleRegistryPort}`,
    );
  if (flags['merge-kubeconfig'])
    await progress.step(
      `cluster added to ${userKubeconfig()}`,
      () => mergeIntoUserKubeconfig(cluster),
      () => `context ${KUBECONFIG_USER}@${adminEntry(cluster).cluster}`,
    );
}

function pushImages({ paths }: Cluster, port: number): Promise<boolean> {
  const examplesDir = join(packageRoot(), 'examples');
  return pushExampleImages({ dir: paths.registryDir, examplesDir, port, clock: systemClock });
}

function mergeIntoUserKubeconfig(cluster: Cluster): void {
  const path = userKubeconfig();
  writeFileAtomic(path, mergeKubeconfig(readTextIfExists(path) ?? '', adminEntry(cluster)));
}

function nextSteps({ config, paths }: Cluster, flags: UpFlags): string {
  const kubectl = flags['merge-kubeconfig'] ? '' : `  export KUBECONFIG=${paths.adminKubeconfig}\n`;
  const example =
    config.exampleRegistryPort === undefined ? '' : `  kubectl apply -f ${join(packageRoot(), 'examples/visits/visits.yaml')}\n`;
  return `\nThe cluster is ready. Next:\n${kubectl}  kubectl get nodes\n${example}(no kubectl on this machine? "npm run kubectl -- get nodes")\n`;
}

import { systemClock } from '../../host/clock.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags, UsageError } from '../cli/flags.ts';
import { lineProgress } from '../cli/progress.ts';
import { dataDirFlag, openCluster, resolveDataDir } from '../config/open-cluster.ts';
import { stopCluster, switchNodeOff } from '../stop/stop-cluster.ts';

const FLAGS = {
  'data-dir': dataDirFlag,
  'keep-containers': { type: 'bool', help: 'stop only wherry: containers run on and are found again by the next "up"', default: 'false' },
  node: { type: 'string', help: 'switch off this node alone; "up" switches it on again' },
  'grace-period': { type: 'int', help: 'seconds a container has to end by itself', default: '2' },
  help: { type: 'bool', help: 'show this', default: 'false', short: '-h' },
} as const;

export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    const write = (text: string) => void process.stdout.write(text);
    if (flags.help)
      return (write(`Stops the cluster and its containers. Its data stays: "wherry up" starts it again.\n\n${flagHelp(FLAGS)}`), 0);
    const cluster = openCluster(resolveDataDir(flags['data-dir']));
    const options = { keepContainers: flags['keep-containers'], graceSeconds: flags['grace-period'], removePods: false };
    const progress = lineProgress(systemClock, write);
    if (flags.node === undefined) {
      write(`Stopping the cluster in ${cluster.paths.dataDir}\n`);
      await stopCluster(cluster, options, progress);
      return 0;
    }
    if (cluster.config.simulated || !cluster.config.nodes.some((n) => n.name === flags.node))
      throw new UsageError(`The cluster has no node ${flags.node} with an agent of its own`);
    await switchNodeOff(cluster, flags.node, options, progress);
    return 0;
  },
};

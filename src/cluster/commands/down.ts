import { systemClock } from '../../host/clock.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags } from '../cli/flags.ts';
import { lineProgress } from '../cli/progress.ts';
import { dataDirFlag, openCluster, resolveDataDir } from '../config/open-cluster.ts';
import { stopCluster } from '../stop/stop-cluster.ts';

const FLAGS = {
  'data-dir': dataDirFlag,
  'keep-containers': { type: 'bool', help: 'stop only wherry: containers run on and are found again by the next "up"', default: 'false' },
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
    write(`Stopping the cluster in ${cluster.paths.dataDir}\n`);
    await stopCluster(
      cluster,
      { keepContainers: flags['keep-containers'], graceSeconds: flags['grace-period'], removePods: false },
      lineProgress(systemClock, write),
    );
    return 0;
  },
};

import { join } from 'node:path';
import { systemClock } from '../../host/clock.ts';
import { DirectoryLockedError, lockDirectory } from '../../host/directory-lock.ts';
import { lineLogger } from '../../host/log.ts';
import { terminationSignal } from '../../host/termination.ts';
import type { Command } from '../cli/command.ts';
import { parseFlags } from '../cli/flags.ts';
import { dataDirFlag, openCluster, resolveDataDir } from '../config/open-cluster.ts';
import { clusterChildren } from '../supervisor/cluster-children.ts';
import { supervise } from '../supervisor/supervisor.ts';

/** Runs the cluster's processes until it is asked to end. A second one for the same cluster ends at once. */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags({ 'data-dir': dataDirFlag }, args);
    const cluster = openCluster(resolveDataDir(flags['data-dir']));
    const log = lineLogger({ component: 'supervisor' });
    let unlock: () => void;
    try {
      unlock = lockDirectory(join(cluster.paths.runDir, 'supervisor'));
    } catch (error) {
      if (!(error instanceof DirectoryLockedError)) throw error;
      log.info('another supervisor runs', { pid: error.pid });
      return 0;
    }
    try {
      await supervise(
        { children: clusterChildren(cluster), stateFile: cluster.paths.supervisorState, clock: systemClock, log },
        terminationSignal(),
      );
    } finally {
      unlock();
    }
    return 0;
  },
};

import { join } from 'node:path';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { lineLogger } from '../../host/log.ts';
import { selfCommand } from '../../host/self-command.ts';
import { terminationSignal } from '../../host/termination.ts';
import { lmdbStorage } from '../../storage/drivers/lmdb/lmdb-storage.ts';
import { startAllInOne } from '../all-in-one.ts';
import type { Command } from '../cli/command.ts';
import { parseFlags } from '../cli/flags.ts';
import { dataDirFlag, openCluster, resolveDataDir } from '../config/open-cluster.ts';
import { guardSupervisor } from '../supervisor/guard-supervisor.ts';
import { exitOnRenewal } from '../up/exit-on-renewal.ts';

/** The server process of a cluster: API server, controllers, scheduler. */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags({ 'data-dir': dataDirFlag }, args);
    const cluster = openCluster(resolveDataDir(flags['data-dir']));
    const log = lineLogger({});
    const signal = terminationSignal();
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const storage = lmdbStorage({ directory: cluster.paths.store });
    const server = await startAllInOne({ cluster, storage, clock: systemClock, random: systemRandom, log, signal });
    log.info('API server ready', { port: server.apiServer.port });
    guardSupervisor({
      stateFile: cluster.paths.supervisorState,
      command: selfCommand('supervise', '--data-dir', cluster.paths.dataDir),
      logFile: join(cluster.paths.logs, 'supervisor.log'),
      clock: systemClock,
      log,
      signal,
    });
    exitOnRenewal({ cluster, clock: systemClock, random: systemRandom, log, signal, renew: true });
    await stopped;
    await server.stop();
    await storage.close();
    return 0;
  },
};

import { join } from 'node:path';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { lineLogger } from '../../host/log.ts';
import { selfCommand } from '../../host/self-command.ts';
import { terminationSignal } from '../../host/termination.ts';
import { startAgent } from '../agent/agent.ts';
import type { Command } from '../cli/command.ts';
import { parseFlags, UsageError } from '../cli/flags.ts';
import { dataDirFlag, openCluster, resolveDataDir } from '../config/open-cluster.ts';
import { guardSupervisor } from '../supervisor/guard-supervisor.ts';
import { exitOnRenewal } from '../up/exit-on-renewal.ts';

const FLAGS = { 'data-dir': dataDirFlag, node: { type: 'string', help: 'name of the node' } } as const;

/** The agent process of one node. */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    const cluster = openCluster(resolveDataDir(flags['data-dir']));
    const node = cluster.config.nodes.find((n) => n.name === flags.node);
    if (!node) throw new UsageError(`The cluster has no node ${JSON.stringify(flags.node)}`);
    const log = lineLogger({});
    const signal = terminationSignal();
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const agent = await startAgent({ cluster, node, clock: systemClock, random: systemRandom, log, signal });
    // From inside a namespace a new supervisor would start everything there: that is left to the server.
    if (!node.namespace)
      guardSupervisor({
        stateFile: cluster.paths.supervisorState,
        command: selfCommand('supervise', '--data-dir', cluster.paths.dataDir),
        logFile: join(cluster.paths.logs, 'supervisor.log'),
        clock: systemClock,
        log,
        signal,
      });
    exitOnRenewal({
      cluster,
      clock: systemClock,
      random: systemRandom,
      log,
      signal,
      renew: false,
      certificate: `nodes/${node.name}/kubelet-client`,
    });
    await stopped;
    await agent.stop();
    return 0;
  },
};

import { startScheduler } from '../../scheduler/scheduler.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags } from '../cli/flags.ts';
import { CLIENT_FLAGS, LEADER_FLAGS, runComponent } from './run-component.ts';

const FLAGS = { ...CLIENT_FLAGS, ...LEADER_FLAGS } as const;

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/ */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      process.stdout.write(`The scheduler: gives every pod that waits a node.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    return runComponent({
      name: 'kube-scheduler',
      eventSource: 'default-scheduler',
      flags,
      leader: flags,
      async run(ctx) {
        await (
          await startScheduler(ctx)
        ).stopped;
      },
    });
  },
};

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { isRunning, startDetached } from '../../host/processes.ts';
import { readSupervisorState } from './supervisor-state.ts';

export interface GuardOptions {
  readonly stateFile: string;
  /** Starts a supervisor; it ends by itself when another one holds the lock. */
  readonly command: readonly [file: string, ...args: string[]];
  readonly logFile: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const CHECK_EVERY_MS = 2_000;

/** A supervised process watches its supervisor in turn: when that has been killed, a new one is started. */
export function guardSupervisor(options: GuardOptions): void {
  options.clock.schedule(CHECK_EVERY_MS, () => {
    if (options.signal.aborted) return;
    const state = readSupervisorState(options.stateFile);
    const [file, ...args] = options.command;
    if (!state || state.stopping || isRunning(state.supervisor)) return guardSupervisor(options);
    options.log.warn('the supervisor has ended and is started again');
    startDetached(file, { args, logFile: options.logFile })
      .catch((error: unknown) => options.log.error('the supervisor cannot be started', error))
      .finally(() => guardSupervisor(options));
  });
}

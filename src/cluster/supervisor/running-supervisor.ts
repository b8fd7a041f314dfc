import { isRunning, type ProcessId } from '../../host/processes.ts';
import type { ClusterPaths } from '../config/paths.ts';
import { readSupervisorState } from './supervisor-state.ts';

/** The supervisor that looks after the cluster now; undefined when none does. */
export function runningSupervisor(paths: ClusterPaths): ProcessId | undefined {
  const state = readSupervisorState(paths.supervisorState);
  return state && !state.stopping && isRunning(state.supervisor) ? state.supervisor : undefined;
}

/** How often a process has ended by itself under the supervisor that runs now. */
export function failuresOf(paths: ClusterPaths, name: string): number {
  return runningSupervisor(paths) ? (readSupervisorState(paths.supervisorState)?.children[name]?.failures ?? 0) : 0;
}

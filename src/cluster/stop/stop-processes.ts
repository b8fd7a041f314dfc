import { isRunning, terminateProcess } from '../../host/processes.ts';
import type { ClusterPaths } from '../config/paths.ts';
import { readSupervisorState, writeSupervisorState } from '../supervisor/supervisor-state.ts';

/** How long the supervisor may take: its children have their own limits within this. */
const SUPERVISOR_GRACE_MS = 30_000;

/** Ends the supervisor and every process it started, also when the supervisor itself was killed. Says how many it ended. */
export async function stopProcesses(paths: ClusterPaths): Promise<number> {
  const state = readSupervisorState(paths.supervisorState);
  if (!state) return 0;
  const running = [state.supervisor, ...Object.values(state.children).flatMap((c) => c.process ?? [])].filter(isRunning);
  if (running.length === 0) return 0;
  // Children that live on must not start a supervisor again.
  writeSupervisorState(paths.supervisorState, { ...state, stopping: true });
  if (isRunning(state.supervisor)) await terminateProcess(state.supervisor, SUPERVISOR_GRACE_MS);
  await Promise.all(running.map((id) => terminateProcess(id, 5_000)));
  return running.length;
}

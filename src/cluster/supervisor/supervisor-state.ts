import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import type { ProcessId } from '../../host/processes.ts';

/** What a supervisor writes down, so that a later one finds the processes that run. */
export interface SupervisorState {
  readonly supervisor: ProcessId;
  readonly children: Readonly<Record<string, ChildState>>;
  /** The cluster is being stopped: nobody may start a supervisor again. */
  readonly stopping?: boolean;
}

export interface ChildState {
  /** Left out while it does not run. */
  readonly process?: ProcessId;
  /** How often it has ended by itself since the supervisor began. */
  readonly failures: number;
}

export function readSupervisorState(path: string): SupervisorState | undefined {
  const text = readTextIfExists(path);
  return text === undefined ? undefined : (JSON.parse(text) as SupervisorState);
}

export function writeSupervisorState(path: string, state: SupervisorState): void {
  writeFileAtomic(path, JSON.stringify(state), 0o644);
}

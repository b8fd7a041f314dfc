import { join } from 'node:path';
import { readTextIfExists } from '../../host/files.ts';
import { isRunning, type ProcessId } from '../../host/processes.ts';

export const containerdPidFile = (runDir: string): string => join(runDir, 'containerd.pid');

/** The containerd that runs in this directory; undefined when none does. */
export function findContainerd(runDir: string): ProcessId | undefined {
  const text = readTextIfExists(containerdPidFile(runDir));
  const id = text === undefined ? undefined : (JSON.parse(text) as ProcessId);
  return id && isRunning(id) ? id : undefined;
}

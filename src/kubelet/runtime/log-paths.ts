/** Where logs of pods lie: `<pod logs>/<namespace>_<name>_<uid>/<container>/<restarts>.log`. */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';

export function podLogsDirectory(root: string, pod: Pod): string {
  return join(root, `${pod.metadata.namespace}_${pod.metadata.name}_${pod.metadata.uid}`);
}

export function containerLogsDirectory(root: string, pod: Pod, container: string): string {
  return join(podLogsDirectory(root, pod), container);
}

/** Relative to the pod's directory. */
export function containerLogPath(container: string, restartCount: number): string {
  return `${container}/${restartCount}.log`;
}

/** The link other tools look for: `<name>_<namespace>_<container>-<id>.log`. */
export function legacyLogLink(
  directory: string,
  pod: { readonly name: string; readonly namespace: string },
  container: string,
  id: string,
): string {
  const name = `${pod.name}_${pod.namespace}_${container}`;
  const suffix = `-${id}.log`;
  // File names end at 255 bytes.
  return join(directory, name.slice(0, 255 - suffix.length) + suffix);
}

/** The restart count that follows from the log files of a container whose earlier instances are gone. */
export function restartCountFromLogs(files: readonly string[]): number {
  let count = 0;
  for (const file of files) {
    const match = /^(\d+)\.log(\..*)?/.exec(file);
    if (match) count = Math.max(count, Number(match[1]) + 1);
  }
  return count;
}

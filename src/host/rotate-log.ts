import { renameSync, statSync } from 'node:fs';

const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** Moves a log that has grown large to `<path>.1`, in place of an older one. For use before the writer starts. */
export function rotateLog(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
}

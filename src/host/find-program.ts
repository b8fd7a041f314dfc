import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where Debian and others put programs of the system administrator; a user's PATH often lacks them. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** PATH and the system's directories: give it to child processes. */
export function searchPath(path: string = process.env['PATH'] ?? ''): string {
  return [...new Set([...path.split(':').filter(Boolean), ...SYSTEM_DIRECTORIES])].join(':');
}

/** Full path of an executable; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  return searchPath()
    .split(':')
    .map((dir) => join(dir, name))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Missing or not executable: both mean no.
  }
}

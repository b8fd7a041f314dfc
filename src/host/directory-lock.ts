import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class DirectoryLockedError extends Error {
  readonly pid: number;
  constructor(directory: string, pid: number) {
    super(`Cannot use ${directory}: process ${pid} is using it. Stop that process first (a directory belongs to one server at a time).`);
    this.pid = pid;
  }
}

/**
 * Makes this process the only user of a directory (made when missing, mode 0700) until the returned function is called or the process is
 * gone, however it ended: the holder is known by its id, its start time and the machine's boot, so a lock left by a killed process is
 * taken over. Throws DirectoryLockedError when a living process holds it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'LOCK');
  const mine = `${process.pid} ${startTime(process.pid) ?? '?'} ${bootId()}\n`;
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => {
        if (readIfThere(file) === mine) unlinkSync(file);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = readIfThere(file);
    if (held === undefined) continue;
    const [pid = '', start = '', boot = ''] = held.trim().split(' ');
    if (boot === bootId() && startTime(Number(pid)) === start) throw new DirectoryLockedError(directory, Number(pid));
    takeAway(file, held);
  }
  throw new Error(`Cannot lock ${directory}: ${file} keeps changing`);
}

/** Removes a stale lock file, but never one that another process has just put in its place. */
function takeAway(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, file);
    unlinkSync(aside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Start time of a process in clock ticks since boot; undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

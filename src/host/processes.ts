import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { systemClock } from './clock.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in clock ticks since boot (field 22 of /proc/<pid>/stat). */
  readonly startTicks: number;
}

/** The process with this number; undefined when none runs. A zombie does not run. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTicks: Number(fields[19]) };
}

export function isRunning(id: ProcessId): boolean {
  return identify(id.pid)?.startTicks === id.startTicks;
}

/** Sends a signal; false when the process is gone. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isRunning(id)) return false;
  try {
    process.kill(id.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGTERM, then SIGKILL after `graceMs`. Resolves when the process is gone; says whether it needed SIGKILL. */
export async function terminateProcess(id: ProcessId, graceMs: number): Promise<{ killed: boolean }> {
  signalProcess(id, 'SIGTERM');
  if (await waitUntilGone(id, graceMs)) return { killed: false };
  signalProcess(id, 'SIGKILL');
  await waitUntilGone(id, 5_000);
  return { killed: true };
}

/** False when the process still runs after `timeoutMs`. */
export async function waitUntilGone(id: ProcessId, timeoutMs: number): Promise<boolean> {
  const end = systemClock.monotonic() + timeoutMs;
  for (let pause = 5; isRunning(id); pause = Math.min(100, pause * 2)) {
    if (systemClock.monotonic() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return true;
}

export interface DetachedOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** Called when it ends while this process lives. */
  readonly onExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/**
 * Starts a program in a session of its own, so that it outlives this process and its terminal. Rejects when it cannot be started.
 */
export function startDetached(file: string, options: DetachedOptions): Promise<ProcessId> {
  const log = openSync(options.logFile, 'a', 0o640);
  return new Promise((resolve, reject) => {
    const child = spawn(file, options.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env ?? process.env,
      cwd: options.cwd ?? '/',
    });
    closeSync(log);
    child.once('error', (error) => reject(new Error(`Cannot start ${file}: ${error.message}`, { cause: error })));
    child.once('spawn', () => {
      child.unref();
      // It may have ended already; then the exit event says so and the identity is one that no longer runs.
      const pid = child.pid ?? 0;
      resolve(identify(pid) ?? { pid, startTicks: -1 });
    });
    child.once('exit', (code, signal) => options.onExit?.(code, signal));
  });
}

export interface RunningProcess extends ProcessId {
  readonly parent: number;
  readonly command: readonly string[];
}

/** Every process of the machine whose command line passes the test. */
export function findProcesses(matches: (command: readonly string[]) => boolean): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = readProc(`/proc/${name}/cmdline`)?.split('\0').slice(0, -1) ?? [];
    const id = command.length && matches(command) ? identify(Number(name)) : undefined;
    if (id) found.push({ ...id, parent: parentOf(id.pid), command });
  }
  return found;
}

/** Direct children of a process. */
export function childrenOf(pid: number): ProcessId[] {
  const pids = (readProc(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  return pids.flatMap((child) => identify(child) ?? []);
}

function parentOf(pid: number): number {
  const stat = readProc(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // The process has ended; /proc gives ENOENT or ESRCH.
  }
}

/** Resident memory in bytes; 0 when the process is gone. */
export function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) * 1024;
}

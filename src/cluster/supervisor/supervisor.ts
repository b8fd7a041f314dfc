/**
 * Starts the processes of a cluster and starts again what ends. They are in sessions of their own and outlive it: a new supervisor adopts
 * what it finds running. (The idea is Erlang/OTP's one-for-one supervisor.)
 */
import { backoffDelay } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { fileExists } from '../../host/files.ts';
import { identify, isRunning, startDetached, terminateProcess, type ProcessId } from '../../host/processes.ts';
import { rotateLog } from '../../host/rotate-log.ts';
import { readSupervisorState, writeSupervisorState, type ChildState } from './supervisor-state.ts';

export interface ChildSpec {
  readonly name: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Children with a lower number are stopped first. */
  readonly stopOrder: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** While this file exists the child is not to run. */
  readonly offFile?: string;
}

export interface SupervisorOptions {
  readonly children: readonly ChildSpec[];
  readonly stateFile: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const CHECK_EVERY_MS = 500;
const BACKOFF = { baseMs: 100, maxMs: 10_000 };
/** Who ran this long has not failed at the start. */
const HEALTHY_AFTER_MS = 30_000;

interface Child {
  readonly spec: ChildSpec;
  process: ProcessId | undefined;
  startedAt: number;
  /** In a row; sets the back-off. */
  quickFailures: number;
  failures: number;
  startDue: number;
}

/** Runs until the signal aborts; then stops every child and resolves. */
export async function supervise(options: SupervisorOptions, signal: AbortSignal): Promise<void> {
  const before = readSupervisorState(options.stateFile)?.children ?? {};
  const children = options.children.map((spec) => adopt(spec, before[spec.name], options));
  let wake = () => {};
  while (!signal.aborted) {
    for (const child of children) await check(child, options, () => wake());
    writeState(children, options);
    await new Promise<void>((resolve) => {
      wake = resolve;
      options.clock.schedule(untilNext(children, options.clock), resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  writeState(children, options, true);
  await stopAll(children, options);
}

function adopt(spec: ChildSpec, before: ChildState | undefined, { clock, log }: SupervisorOptions): Child {
  const running = before?.process && isRunning(before.process) ? before.process : undefined;
  if (running) log.info('adopted a running process', { name: spec.name, pid: running.pid });
  return { spec, process: running, startedAt: clock.monotonic(), quickFailures: 0, failures: 0, startDue: 0 };
}

async function check(child: Child, { clock, log }: SupervisorOptions, onExit: () => void): Promise<void> {
  const now = clock.monotonic();
  if (child.spec.offFile !== undefined && fileExists(child.spec.offFile)) return switchOff(child, log);
  if (child.process && isRunning(child.process)) return;
  if (child.process) {
    child.process = undefined;
    child.failures++;
    child.quickFailures = now - child.startedAt > HEALTHY_AFTER_MS ? 1 : child.quickFailures + 1;
    child.startDue = now + backoffDelay(child.quickFailures, BACKOFF);
    log.warn('a process has ended and is started again', { name: child.spec.name, failures: child.failures, log: child.spec.logFile });
  }
  if (now < child.startDue) return;
  const [file, ...args] = child.spec.command;
  rotateLog(child.spec.logFile);
  child.startedAt = now;
  child.process = await startDetached(file, { args, logFile: child.spec.logFile, onExit, ...(child.spec.env && { env: child.spec.env }) });
  log.info('started', { name: child.spec.name, pid: child.process.pid });
}

async function switchOff(child: Child, log: Logger): Promise<void> {
  if (!child.process) return;
  await terminateProcess(child.process, child.spec.graceMs);
  log.info('switched off', { name: child.spec.name, pid: child.process.pid });
  child.process = undefined;
  child.quickFailures = 0;
  child.startDue = 0;
}

function untilNext(children: readonly Child[], clock: Clock): number {
  const due = children.filter((c) => !c.process && c.startDue > clock.monotonic()).map((c) => c.startDue - clock.monotonic());
  return Math.max(1, Math.min(CHECK_EVERY_MS, ...due));
}

function writeState(children: readonly Child[], options: SupervisorOptions, stopping = false): void {
  const states = children.map((c) => [c.spec.name, { ...(c.process && { process: c.process }), failures: c.failures }] as const);
  const self = identify(process.pid) ?? { pid: process.pid, startTicks: -1 };
  const state = { supervisor: self, children: Object.fromEntries(states), ...(stopping && { stopping }) };
  const previous = readSupervisorState(options.stateFile);
  if (JSON.stringify(previous) !== JSON.stringify(state)) writeSupervisorState(options.stateFile, state);
}

async function stopAll(children: readonly Child[], { log }: SupervisorOptions): Promise<void> {
  for (const order of [...new Set(children.map((c) => c.spec.stopOrder))].sort((a, b) => a - b)) {
    const group = children.filter((c) => c.spec.stopOrder === order);
    await Promise.all(
      group.map(async ({ spec, process: id }) => {
        if (!id) return;
        const { killed } = await terminateProcess(id, spec.graceMs);
        log.info(killed ? 'killed: it did not end in time' : 'stopped', { name: spec.name, pid: id.pid });
      }),
    );
  }
}

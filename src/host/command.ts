import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string | readonly string[] | undefined;
  /** The command is killed after this long; 60 s when left out. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CommandResult {
  /** Exit code; 128 + signal number is not emulated: a killed command rejects. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one program to its end. Rejects with CommandError when it cannot be started, is killed or times out; a non-zero exit is a result. */
export type CommandRunner = (file: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

export class CommandError extends Error {
  /** ENOENT, ETIMEDOUT, or the name of the signal that ended the command. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
  }
}

/** Bytes kept of each output stream; more ends the command. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export const runCommand: CommandRunner = (file, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 60_000);
    timer.unref();
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
      else into.push(chunk);
    };
    child.stdout.on('data', collect(stdout));
    child.stderr.on('data', collect(stderr));
    // A program that ends before it has read its input breaks the pipe; its exit code tells what happened.
    child.stdin.on('error', () => undefined);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === 'ENOENT';
      reject(
        new CommandError(
          missing ? `Cannot run ${file}: program not found` : `Cannot run ${file}: ${error.message}`,
          error.code ?? 'UNKNOWN',
        ),
      );
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === null) {
        const why = timedOut ? 'timed out' : `ended by ${signal ?? 'an unknown signal'}`;
        reject(new CommandError(`Command ${file} ${why}`, timedOut ? 'ETIMEDOUT' : (signal ?? 'UNKNOWN')));
      } else {
        resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
      }
    });
    for (const chunk of typeof options.input === 'string' ? [options.input] : (options.input ?? [])) child.stdin.write(chunk);
    child.stdin.end();
  });

/** A runner whose commands start with `prefix`, for example `['ip', 'netns', 'exec', 'node1']`. */
export function prefixedRunner(prefix: readonly string[], run: CommandRunner = runCommand): CommandRunner {
  const [first, ...rest] = prefix;
  if (first === undefined) return run;
  return (file, args, options) => run(first, [...rest, file, ...args], options);
}

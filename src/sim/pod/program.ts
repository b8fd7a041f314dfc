/**
 * What a simulated container's command does. Simulated are `echo`, `sleep`, `true`, `false`, `:`, `exit` and `sh -c` (also bash, ash) with
 * these joined by `;`, `&&` and line ends. Every other program is a server: it runs until it is stopped. Pure.
 */
import { shellCommands, type ShellCommand } from './shell-words.ts';

export interface Output {
  /** Milliseconds since the program began. */
  readonly atMs: number;
  readonly text: string;
}

export interface Program {
  readonly outputs: readonly Output[];
  /** Milliseconds until it ends; Infinity for servers. */
  readonly runMs: number;
  readonly exitCode: number;
}

/** Output and time of a container without a command that is simulated. */
export const SERVER: Program = { outputs: [], runMs: Infinity, exitCode: 0 };

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash']);
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The program of a command line; undefined when it is none of those that are simulated. */
export function simulatedProgram(command: readonly string[]): Program | undefined {
  const [path = '', ...args] = command;
  if (SHELLS.has(baseName(path))) {
    const [flag = '', script] = args;
    if (!/^-[a-z]*c$/.test(flag) || script === undefined) return undefined;
    const commands = shellCommands(script);
    return commands && run(commands);
  }
  return run([{ words: command, after: 'always' }]);
}

interface State {
  atMs: number;
  exitCode: number;
  readonly outputs: Output[];
}

function run(commands: readonly ShellCommand[]): Program | undefined {
  const state: State = { atMs: 0, exitCode: 0, outputs: [] };
  for (const { words, after } of commands) {
    if (after === 'success' && state.exitCode !== 0) continue;
    if (baseName(words[0] ?? '') === 'exit') {
      state.exitCode = words[1] === undefined ? state.exitCode : Number(words[1]) & 0xff;
      break;
    }
    if (!step(words, state)) {
      // What came before a server still was written.
      return state.outputs.length > 0 || state.atMs > 0 ? { outputs: state.outputs, runMs: Infinity, exitCode: 0 } : undefined;
    }
    if (state.atMs === Infinity) break;
  }
  return { outputs: state.outputs, runMs: state.atMs, exitCode: state.exitCode };
}

/** False for a program that is not simulated. */
function step([path = '', ...args]: readonly string[], state: State): boolean {
  switch (baseName(path)) {
    case 'echo':
      state.outputs.push({ atMs: state.atMs, text: `${args.join(' ')}\n` });
      state.exitCode = 0;
      return true;
    case 'true':
    case ':':
      state.exitCode = 0;
      return true;
    case 'false':
      state.exitCode = 1;
      return true;
    case 'sleep':
      state.atMs += sleepMs(args);
      state.exitCode = 0;
      return true;
    default:
      return false;
  }
}

function sleepMs(args: readonly string[]): number {
  let seconds = 0;
  for (const arg of args) {
    const [, number = '', unit = 's'] = /^(\d*\.?\d+)([smhd]?)$/.exec(arg) ?? [];
    if (number === '') return Infinity; // `sleep infinity`, `sleep inf`.
    seconds += Number(number) * (UNITS[unit || 's'] ?? 1);
  }
  return seconds * 1000;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

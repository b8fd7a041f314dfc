import type { Pod } from '../../api/core/v1.gen.ts';
import { simulatedProgram } from '../pod/program.ts';

export interface ExecCall {
  readonly pod: Pod;
  readonly container: string;
  readonly command: readonly string[];
  /** What the client sends; empty without `--stdin`. */
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(text: string | Uint8Array): Promise<void>;
  stderr(text: string | Uint8Array): Promise<void>;
  /** Waits on the node's clock. Rejects when the client goes away. */
  sleep(ms: number): Promise<void>;
}

/** Runs a command in a simulated container; resolves with its exit code. */
export type ExecProgram = (call: ExecCall) => Promise<number>;

const NOT_FOUND = 127;

/** The programs of a simulated container: those of pod/program.ts, and `cat` (repeats its input), `hostname`, `env`. Others are not found. */
export const simulatedExec: ExecProgram = async (call) => {
  const { command, pod, container } = call;
  const [name = ''] = command;
  const spec = pod.spec.containers.find((c) => c.name === container);
  switch (name.slice(name.lastIndexOf('/') + 1)) {
    case 'cat':
      for await (const chunk of call.stdin) await call.stdout(chunk);
      return 0;
    case 'hostname':
      await call.stdout(`${pod.spec.hostname ?? pod.metadata.name}\n`);
      return 0;
    case 'env':
      for (const { name: variable, value = '' } of spec?.env ?? []) await call.stdout(`${variable}=${value}\n`);
      return 0;
  }
  const program = simulatedProgram(command);
  if (!program || program.runMs === Infinity) {
    await call.stderr(`simulated container ${container}: ${name}: not found\n`);
    return NOT_FOUND;
  }
  let atMs = 0;
  for (const output of program.outputs) {
    if (output.atMs > atMs) await call.sleep(output.atMs - atMs);
    atMs = output.atMs;
    await call.stdout(output.text);
  }
  if (program.runMs > atMs) await call.sleep(program.runMs - atMs);
  return program.exitCode;
};

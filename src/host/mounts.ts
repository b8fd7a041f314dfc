import { readFile } from 'node:fs/promises';
import { CommandError, runCommand } from './command.ts';

export interface MountEntry {
  readonly mountPoint: string;
  readonly fsType: string;
  /** Device major:minor, which is the same for every mount of one file system. */
  readonly device: string;
  /** Directory of the file system that is mounted. */
  readonly root: string;
}

export interface MountRequest {
  /** Device, directory or a name such as `tmpfs`. */
  readonly source: string;
  readonly target: string;
  /** Left out for bind mounts. */
  readonly fsType?: string;
  readonly options?: readonly string[];
}

/** The mounts of the machine. */
export interface Mounter {
  /** In the order they were made. */
  list(): Promise<MountEntry[]>;
  mount(request: MountRequest): Promise<void>;
  /** Unmounts what is on top at this path. */
  unmount(target: string): Promise<void>;
}

const MOUNT_TIMEOUT_MS = 120_000;

export const systemMounter: Mounter = {
  async list() {
    return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
  },
  async mount({ source, target, fsType, options = [] }) {
    // As given: a path through /proc must not be resolved to a name that may have changed.
    const args = [
      '-c',
      ...(fsType === undefined ? [] : ['-t', fsType]),
      ...(options.length > 0 ? ['-o', options.join(',')] : []),
      '--',
      source,
      target,
    ];
    await run('mount', args);
  },
  unmount: (target) => run('umount', ['--', target]),
};

async function run(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await runCommand(program, args, { timeoutMs: MOUNT_TIMEOUT_MS });
  if (code === 0) return;
  throw new CommandError(
    `${program} failed: exit status ${code}\n${program} arguments: ${args.join(' ')}\nOutput: ${(stderr || stdout).trim()}`,
    String(code),
  );
}

/** Reads /proc/<pid>/mountinfo. */
export function parseMountInfo(text: string): MountEntry[] {
  const out: MountEntry[] = [];
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device, root, mountPoint] = left.split(' ');
    if (device === undefined || root === undefined || mountPoint === undefined) continue;
    out.push({ device, root: unescape(root), mountPoint: unescape(mountPoint), fsType: right.split(' ')[0] ?? '' });
  }
  return out;
}

/** Blanks and backslashes are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

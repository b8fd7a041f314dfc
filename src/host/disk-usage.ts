import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskUsage {
  /** What the files take on disk. */
  readonly bytes: number;
  readonly inodes: number;
}

/** Sums up a directory tree without leaving its file system; files linked several times count once. Missing paths count nothing. */
export async function diskUsage(path: string): Promise<DiskUsage> {
  const total = { bytes: 0, inodes: 0 };
  const linked = new Set<number>();
  const root = await lstat(path).catch(missing);
  if (!root) return total;
  const pending = [path];
  add(root);
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of (await readdir(directory, { withFileTypes: true }).catch(missing)) ?? []) {
      const stats = await lstat(join(directory, entry.name)).catch(missing);
      if (!stats || stats.dev !== root.dev) continue;
      add(stats);
      if (entry.isDirectory()) pending.push(join(directory, entry.name));
    }
  }
  return total;

  function add({ blocks, ino, nlink }: { blocks: number; ino: number; nlink: number }): void {
    if (nlink > 1) {
      if (linked.has(ino)) return;
      linked.add(ino);
    }
    total.bytes += blocks * 512;
    total.inodes++;
  }
}

function missing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  // A file where a directory was, or nothing any more: trees change while they are walked.
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}

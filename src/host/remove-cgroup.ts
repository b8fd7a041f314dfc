import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a control group with all below it, in every hierarchy of the machine. Groups that still hold processes stay; says which. */
export function removeCgroup(path: string, mountTable = '/proc/self/mounts'): string[] {
  const roots = readFileSync(mountTable, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, point = '']) => point);
  return roots.flatMap((root) => removeGroup(join(root, path)));
}

function removeGroup(dir: string): string[] {
  try {
    const below = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const busy = below.flatMap((entry) => removeGroup(join(dir, entry.name)));
    if (busy.length === 0) rmdirSync(dir);
    return busy;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'EBUSY') return [dir];
    throw error;
  }
}

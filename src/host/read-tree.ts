import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface TreeFile {
  /** Relative to the root of the tree. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Buffer;
}

/** Every regular file below a directory, in order of their paths. */
export function readTree(dir: string, prefix = ''): TreeFile[] {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const [from, path] = [join(dir, entry.name), prefix + entry.name];
    if (entry.isDirectory()) return readTree(from, `${path}/`);
    return entry.isFile() ? [{ path, executable: (statSync(from).mode & 0o100) !== 0, content: readFileSync(from) }] : [];
  });
}

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file's text; undefined when there is none. Other failures throw. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a whole file so that a reader, or a crash, sees the old content or the new, never a part. Makes missing directories. */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Writes only when the content differs. Says whether it wrote. */
export function writeFileIfChanged(path: string, content: string, mode = 0o600): boolean {
  if (readTextIfExists(path) === content) return false;
  writeFileAtomic(path, content, mode);
  return true;
}

export function makeDirectory(path: string, mode = 0o755): void {
  mkdirSync(path, { recursive: true, mode });
}

export const fileExists: (path: string) => boolean = existsSync;

/** Removes a file or a whole tree; nothing happens when there is none. */
export function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

export function readBytes(path: string): Buffer {
  return readFileSync(path);
}

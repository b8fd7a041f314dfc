/**
 * Shows a set of files in a directory so that readers see the old set or the new one, never a mixture (pkg/volume/util/atomic_writer.go):
 * the files lie in a hidden directory with a time stamp, `..data` points at it, and what the user sees are links through `..data`.
 */
import { dirname, join, normalize } from 'node:path';
import {
  chmod,
  isMissing,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from '../../host/fs.ts';
import type { Payload } from './payload/file-projection.ts';

const DATA = '..data';
const NEW_DATA = '..data_tmp';
const MAX_FILE_NAME = 255;
const MAX_PATH = 4096;

/** Writes only when something differs; says whether it did. `setPermissions` runs before the new set is shown. Throws on a path that leaves the directory. */
export async function writeAtomically(
  directory: string,
  files: Payload,
  now: number,
  setPermissions?: () => Promise<void>,
): Promise<boolean> {
  const payload = clean(files);
  const old = await readlink(join(directory, DATA)).catch(absent);
  const stale = old === undefined ? [] : await stalePaths(join(directory, old), payload);
  const changed = old === undefined || stale.length > 0 || !(await sameContent(join(directory, old), payload));
  if (changed) {
    const fresh = await mkdtemp(join(directory, `${timestamp(now)}.`));
    try {
      await writeFiles(fresh, payload);
      await setPermissions?.();
      await rm(join(directory, NEW_DATA), { force: true });
      await symlink(fresh.slice(directory.length + 1), join(directory, NEW_DATA));
      await rename(join(directory, NEW_DATA), join(directory, DATA));
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
  }
  await linkVisible(directory, payload);
  for (const path of stale) if (!path.includes('/')) await rm(join(directory, path), { force: true });
  if (changed && old !== undefined) await rm(join(directory, old), { recursive: true, force: true });
  return changed;
}

function clean(files: Payload): Payload {
  for (const path of files.keys()) checkPath(path);
  return new Map([...files].map(([path, file]) => [normalize(path), file]));
}

function checkPath(path: string): void {
  if (path === '') throw new Error('invalid path: must not be empty: ""');
  if (path.startsWith('/')) throw new Error(`invalid path: must be relative path: ${path}`);
  if (path.length > MAX_PATH) throw new Error(`invalid path: must be less than or equal to ${MAX_PATH} characters`);
  const parts = path.split('/');
  if (parts.includes('..')) throw new Error(`invalid path: must not contain '..': ${path}`);
  if (parts.some((part) => part.length > MAX_FILE_NAME))
    throw new Error(`invalid path: filenames must be less than or equal to ${MAX_FILE_NAME} characters`);
  if (parts[0]?.startsWith('..')) throw new Error(`invalid path: must not start with '..': ${path}`);
}

/** `..2026_01_31_23_59_59`. */
function timestamp(now: number): string {
  return `..${new Date(now).toISOString().slice(0, 19).replace(/[-:T]/g, '_')}`;
}

async function stalePaths(oldDirectory: string, payload: Payload): Promise<string[]> {
  const wanted = new Set<string>();
  for (const path of payload.keys()) for (let part = path; part !== '.'; part = dirname(part)) wanted.add(part);
  const entries = await readdir(oldDirectory, { recursive: true }).catch(absent);
  return (entries ?? []).filter((path) => !wanted.has(path));
}

async function sameContent(oldDirectory: string, payload: Payload): Promise<boolean> {
  for (const [path, file] of payload) {
    const content = await readFile(join(oldDirectory, path)).catch(absent);
    if (!content?.equals(file.data)) return false;
  }
  return true;
}

async function writeFiles(directory: string, payload: Payload): Promise<void> {
  await chmod(directory, 0o755);
  for (const [path, file] of payload) {
    const full = join(directory, path);
    // The process's umask must not narrow what the volume asks for.
    for (const parent of parents(path)) {
      await mkdir(join(directory, parent), { recursive: true });
      await chmod(join(directory, parent), 0o755);
    }
    await writeFile(full, file.data, { mode: file.mode });
    await chmod(full, file.mode);
    if (file.fsUser !== undefined) await lchown(full, file.fsUser, 0);
  }
}

function parents(path: string): string[] {
  const out: string[] = [];
  for (let part = dirname(path); part !== '.'; part = dirname(part)) out.unshift(part);
  return out;
}

async function linkVisible(directory: string, payload: Payload): Promise<void> {
  for (const [path, file] of payload) {
    const name = path.split('/')[0] ?? path;
    const link = join(directory, name);
    const known = await lstat(link).catch(absent);
    if (known?.isSymbolicLink()) continue;
    // A directory made for a mount inside the volume stays in its place.
    if (known) continue;
    await symlink(join(DATA, name), link);
    if (file.fsUser !== undefined) await lchown(link, file.fsUser, 0);
  }
}

function absent(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

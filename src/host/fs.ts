/** The file system for layers that may not name node:fs themselves. */
export {
  access,
  chmod,
  chown,
  cp,
  lchown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
export { createReadStream, watch as watchPath, type Dirent, type FSWatcher, type Stats } from 'node:fs';

/** True for an error that says there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

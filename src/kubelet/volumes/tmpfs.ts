import { chmod, mkdir, rm } from '../../host/fs.ts';
import type { Mounter } from '../../host/mounts.ts';

const OPEN_TO_ALL = 0o777;

/** A directory that everybody may use. */
export async function makeOpenDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, OPEN_TO_ALL);
}

/** Memory mounted at `path`, once. */
export async function mountTmpfs(mounter: Mounter, path: string, options: readonly string[]): Promise<void> {
  await makeOpenDirectory(path);
  if (await isMountPoint(mounter, path)) return;
  await mounter.mount({ source: 'tmpfs', target: path, fsType: 'tmpfs', options });
  await chmod(path, OPEN_TO_ALL);
}

export async function isMountPoint(mounter: Mounter, path: string): Promise<boolean> {
  return (await mounter.list()).some((entry) => entry.mountPoint === path);
}

/** Unmounts what is at and below `path`, then removes it. */
export async function unmountTree(mounter: Mounter, path: string): Promise<void> {
  const mounted = (await mounter.list()).filter((entry) => entry.mountPoint === path || entry.mountPoint.startsWith(`${path}/`));
  for (const { mountPoint } of mounted.reverse()) await mounter.unmount(mountPoint);
  await rm(path, { recursive: true, force: true });
}

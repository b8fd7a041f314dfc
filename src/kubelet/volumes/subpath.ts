/** Sub-paths of volumes, safe against links that lead out of the volume (pkg/volume/util/subpath). */
import { join } from 'node:path';
import { errorMessage } from '../../base/log.ts';
import { chmod, lstat, mkdir, open, realpath, stat } from '../../host/fs.ts';
import type { Mounter } from '../../host/mounts.ts';

export interface SubPathRequest {
  /** The volume on the node. */
  readonly volumePath: string;
  readonly subPath: string;
  /** Where the bind mount goes. */
  readonly target: string;
}

/**
 * Makes the sub-path where it is missing, and binds it to `target`, which the container then gets: whatever the pod does to the volume later,
 * the mount stays where it was. Rejects when the path leads out of the volume.
 */
export async function prepareSubPath({ volumePath, subPath, target }: SubPathRequest, mounter: Mounter): Promise<string> {
  const base = await realpath(volumePath);
  const wanted = join(base, subPath);
  const present = await lstat(wanted).catch(() => undefined);
  if (!present) await makeInside(base, subPath);
  const real = await realpath(wanted);
  if (!isInside(base, real)) throw new Error(`subpath "${real}" not within volume path "${base}"`);
  const info = await stat(real);
  // The file is held open while it is bound, so that what was checked is what is mounted.
  const held = await open(real, 'r');
  try {
    const opened = await held.stat();
    if (opened.ino !== info.ino || opened.dev !== info.dev) throw new Error(`subpath "${real}" changed while it was prepared`);
    await bind(`/proc/${process.pid}/fd/${held.fd}`, info.isDirectory(), target, mounter, opened);
  } finally {
    await held.close();
  }
  return target;
}

async function bind(
  source: string,
  directory: boolean,
  target: string,
  mounter: Mounter,
  wanted: { ino: number; dev: number },
): Promise<void> {
  if ((await mounter.list()).some((entry) => entry.mountPoint === target)) {
    const mounted = await stat(target);
    if (mounted.ino === wanted.ino && mounted.dev === wanted.dev) return;
    await mounter.unmount(target);
  }
  if (directory) await mkdir(target, { recursive: true, mode: 0o750 });
  else {
    await mkdir(join(target, '..'), { recursive: true, mode: 0o750 });
    await (await open(target, 'a', 0o640)).close();
  }
  await mounter.mount({ source, target, options: ['bind'] });
}

/** Makes directories one by one, never through a link that leads out. New ones are as open as the volume itself. */
async function makeInside(base: string, subPath: string): Promise<void> {
  const { mode } = await stat(base);
  let at = base;
  for (const part of subPath.split('/').filter((p) => p !== '' && p !== '.')) {
    const next = join(at, part);
    const info = await lstat(next).catch(() => undefined);
    if (!info) {
      await mkdir(next, { mode: mode & 0o7777 }).catch((error: unknown) => {
        throw new Error(`cannot create directory ${next}: ${errorMessage(error)}`);
      });
      await chmod(next, mode & 0o7777);
      at = next;
    } else {
      at = await realpath(next);
      if (!isInside(base, at)) throw new Error(`path ${next} is outside of allowed base ${base}`);
    }
  }
}

function isInside(base: string, path: string): boolean {
  return path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`);
}

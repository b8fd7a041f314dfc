import { lstat, mkdir, open, stat, type Stats } from '../../../host/fs.ts';
import type { MountedVolume } from '../types.ts';

/** A path of the node itself. Rejects with upstream's message when it is not of the wanted type. */
export async function setUpHostPath(
  name: string,
  source: { readonly path: string; readonly type?: string | undefined },
  readOnly: boolean,
): Promise<MountedVolume> {
  await checkType(source.path, source.type ?? '');
  return { name, hostPath: source.path, readOnly };
}

const CHECKS: Readonly<Record<string, { is: (info: Stats) => boolean; what: string }>> = {
  Directory: { is: (info) => info.isDirectory(), what: 'a directory' },
  File: { is: (info) => info.isFile(), what: 'a file' },
  Socket: { is: (info) => info.isSocket(), what: 'a socket file' },
  CharDevice: { is: (info) => info.isCharacterDevice(), what: 'a character device' },
  BlockDevice: { is: (info) => info.isBlockDevice(), what: 'a block device' },
};

async function checkType(path: string, type: string): Promise<void> {
  if (type === '') return;
  const create = type.endsWith('OrCreate');
  const check = CHECKS[create ? type.slice(0, -'OrCreate'.length) : type];
  if (!check) throw new Error(`${type} is an invalid volume type`);
  if (create && !(await lstat(path).catch(() => undefined))) {
    if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
    else await (await open(path, 'a', 0o644)).close();
    return;
  }
  const info = await stat(path).catch(() => undefined);
  if (!info || !check.is(info)) throw new Error(`hostPath type check failed: ${path} is not ${check.what}`);
}

import { mkdir } from '../../../host/fs.ts';
import { isMountPoint } from '../tmpfs.ts';
import type { MountedVolume, VolumeDependencies, VolumeSetup } from '../types.ts';

const NFS_PLUGIN = 'kubernetes.io/nfs';

export interface NfsSource {
  readonly server: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly options: readonly string[];
}

/** A directory of an NFS server. `name` is the volume's, or the PersistentVolume's. The machine needs mount.nfs. */
export async function setUpNfs(
  { pod, volume }: VolumeSetup,
  name: string,
  { server, path, readOnly, options }: NfsSource,
  { paths, mounter }: VolumeDependencies,
): Promise<MountedVolume> {
  const target = paths.volume(pod.metadata.uid, NFS_PLUGIN, name);
  if (!(await isMountPoint(mounter, target))) {
    await mkdir(target, { recursive: true, mode: 0o750 });
    const host = server.includes(':') ? `[${server}]` : server;
    await mounter.mount({ source: `${host}:${path}`, target, fsType: 'nfs', options: [...(readOnly ? ['ro'] : []), ...options] });
  }
  return { name: volume.name, hostPath: target, readOnly };
}

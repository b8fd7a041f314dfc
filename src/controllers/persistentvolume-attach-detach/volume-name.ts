import type { PersistentVolume } from '../../api/core/v1.gen.ts';

const PREFIX = 'kubernetes.io/csi/';

/** How nodes name a CSI volume in their status: `kubernetes.io/csi/<driver>^<handle>`. Undefined for other volumes. */
export function csiVolumeName(volume: PersistentVolume): string | undefined {
  const { csi } = volume.spec;
  return csi && `${PREFIX}${csi.driver}^${csi.volumeHandle}`;
}

/** The reverse of csiVolumeName. */
export function parseCsiVolumeName(name: string): { readonly driver: string; readonly handle: string } | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const [driver, handle, ...rest] = name.slice(PREFIX.length).split('^');
  return driver && handle && rest.length === 0 ? { driver, handle } : undefined;
}

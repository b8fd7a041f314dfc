/** Who deletes a released volume of reclaim policy Delete (findDeletablePlugin of pv_controller.go). Pure. */
import { posix } from 'node:path';
import type { PersistentVolume } from '../../api/core/v1.gen.ts';
import { MIGRATED_TO, PROVISIONED_BY } from './annotations.ts';

export type VolumeDeleter =
  { readonly by: 'external' } | { readonly by: 'host-path'; readonly path: string } | { readonly by: 'none'; readonly message: string };

const HOST_PATH = 'kubernetes.io/host-path';
/** In-tree plugins that exist but cannot delete. */
const NOT_DELETABLE = ['kubernetes.io/nfs', 'kubernetes.io/fc', 'kubernetes.io/iscsi', 'kubernetes.io/csi'];

export function deleterOf(volume: PersistentVolume): VolumeDeleter {
  const { annotations = {}, name } = volume.metadata;
  const provisioner = annotations[PROVISIONED_BY];
  if (provisioner) {
    if (provisioner === HOST_PATH) return hostPath(volume);
    if (!provisioner.startsWith('kubernetes.io/')) return { by: 'external' };
    const exists = NOT_DELETABLE.includes(provisioner);
    return { by: 'none', message: exists ? 'no deletable volume plugin matched' : `no volume plugin matched name: ${provisioner}` };
  }
  if (annotations[MIGRATED_TO] !== undefined || volume.spec.csi) return { by: 'external' };
  if (volume.spec.hostPath) return hostPath(volume);
  const exists = volume.spec.nfs ?? volume.spec.fc ?? volume.spec.iscsi;
  const why = exists ? 'no deletable volume plugin matched' : 'no volume plugin matched';
  return { by: 'none', message: `error getting deleter volume plugin for volume "${name}": ${why}` };
}

function hostPath(volume: PersistentVolume): VolumeDeleter {
  const path = volume.spec.hostPath?.path ?? '';
  // Nothing that only looks like it is below /tmp.
  if (/^\/tmp\/.+/.test(posix.normalize(path))) return { by: 'host-path', path };
  return { by: 'none', message: `host_path deleter only supports /tmp/.+ but received provided ${path}` };
}

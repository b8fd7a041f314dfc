import type { PersistentVolumeClaimVolumeSource, Pod, Volume } from '../../api/core/v1.gen.ts';
import { setUpClaim, type ClaimDependencies } from './plugins/claim.ts';
import { setUpEmptyDir } from './plugins/empty-dir.ts';
import { setUpFileVolume } from './plugins/file-volume.ts';
import { setUpHostPath } from './plugins/host-path.ts';
import { setUpNfs } from './plugins/nfs.ts';
import type { MountedVolume, VolumeSetup } from './types.ts';

/** Makes one volume ready, or refreshes it; may be called again and again. Rejects with upstream's message. */
export async function setUpVolume(setup: VolumeSetup, deps: ClaimDependencies): Promise<MountedVolume> {
  const { volume, pod } = setup;
  if (volume.emptyDir) return setUpEmptyDir(setup, deps);
  if (showsFiles(volume)) return setUpFileVolume(setup, deps);
  if (volume.hostPath) return setUpHostPath(volume.name, volume.hostPath, false);
  if (volume.image) return { name: volume.name, hostPath: '', readOnly: true };
  if (volume.csi) return deps.csi.setUpInline(setup, volume.csi);
  if (volume.nfs) return setUpNfs(setup, volume.name, { ...volume.nfs, options: [], readOnly: volume.nfs.readOnly ?? false }, deps);
  const claim = claimOf(pod, volume);
  if (claim) return setUpClaim(setup, claim, deps);
  throw new Error(`no volume plugin matched name: ${sourceOf(volume)}`);
}

/** The claim behind a volume, its own or one made for the pod. */
export function claimOf(pod: Pod, volume: Volume): PersistentVolumeClaimVolumeSource | undefined {
  if (volume.ephemeral) return { claimName: `${pod.metadata.name}-${volume.name}`, readOnly: false };
  return volume.persistentVolumeClaim;
}

/** Whether the volume's files follow objects of the API and are refreshed when those change. */
export function showsFiles(volume: Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected);
}

function sourceOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'none';
}

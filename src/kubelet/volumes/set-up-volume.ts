import type { Volume } from '../../api/core/v1.gen.ts';
import { setUpClaim, type ClaimDependencies } from './plugins/claim.ts';
import { setUpInlineCsi } from './plugins/csi.ts';
import { setUpEmptyDir } from './plugins/empty-dir.ts';
import { setUpFileVolume } from './plugins/file-volume.ts';
import { setUpHostPath } from './plugins/host-path.ts';
import type { MountedVolume, VolumeSetup } from './types.ts';

/** Makes one volume ready, or refreshes it; may be called again and again. Rejects with upstream's message. */
export async function setUpVolume(setup: VolumeSetup, deps: ClaimDependencies): Promise<MountedVolume> {
  const { volume, pod } = setup;
  if (volume.emptyDir) return setUpEmptyDir(setup, deps);
  if (showsFiles(volume)) return setUpFileVolume(setup, deps);
  if (volume.hostPath) return setUpHostPath(volume.name, volume.hostPath, false);
  if (volume.image) return { name: volume.name, hostPath: '', readOnly: true };
  if (volume.csi) return setUpInlineCsi(setup, volume.csi, deps);
  const claim = volume.persistentVolumeClaim ?? (volume.ephemeral && { claimName: `${pod.metadata.name}-${volume.name}`, readOnly: false });
  if (claim) return setUpClaim(setup, claim, deps);
  throw new Error(`no volume plugin matched name: ${sourceOf(volume)}`);
}

/** Whether the volume's files follow objects of the API and are refreshed when those change. */
export function showsFiles(volume: Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected);
}

function sourceOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'none';
}

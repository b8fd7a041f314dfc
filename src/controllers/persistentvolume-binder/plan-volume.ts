/** What to do about a volume (syncVolume of pkg/controller/volume/persistentvolume/pv_controller.go). Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { PROVISIONED_BY } from './annotations.ts';
import { sameVolumeMode } from './find-volume.ts';

export type VolumePlan =
  | { readonly do: 'set-phase'; readonly phase: 'Available' | 'Bound' }
  /** Its claim is gone: mark it Released and do as the reclaim policy says. */
  | { readonly do: 'release' }
  /** Its claim took another one. */
  | { readonly do: 'unbind' }
  /** Its claim does not know of it yet. */
  | { readonly do: 'sync-claim' }
  | { readonly do: 'mismatch'; readonly volumeMessage: string; readonly claimMessage: string };

/** `claim`: the one that the volume's claimRef means (same uid), if it exists. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  if (!volume.spec.claimRef?.uid) return { do: 'set-phase', phase: 'Available' };
  if (!claim) return { do: 'release' };
  const { name } = volume.metadata;
  if (!claim.spec.volumeName) return sameVolumeMode(claim, volume) ? { do: 'sync-claim' } : mismatch(volume, claim);
  if (claim.spec.volumeName === name) return { do: 'set-phase', phase: 'Bound' };
  const made = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  return made && volume.spec.persistentVolumeReclaimPolicy === 'Delete' ? { do: 'release' } : { do: 'unbind' };
}

function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): VolumePlan {
  const why = 'due to incompatible volumeMode.';
  return {
    do: 'mismatch',
    volumeMessage: `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" ${why}`,
    claimMessage: `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim ${why}`,
  };
}

/** Whether nobody needs the volume any more. `held`: the claim of the name in its claimRef. */
export function isReleased(volume: PersistentVolume, held: PersistentVolumeClaim | undefined): boolean {
  const ref = volume.spec.claimRef;
  if (!ref?.uid) return false;
  if (held?.metadata.uid !== ref.uid) return true;
  return !!held.spec.volumeName && held.spec.volumeName !== volume.metadata.name;
}

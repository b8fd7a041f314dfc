import type { CSIVolumeSource } from '../../../api/core/v1.gen.ts';
import type { MountedVolume, VolumeDependencies, VolumeSetup } from '../types.ts';

/** A volume that a CSI driver makes for this pod alone. */
export function setUpInlineCsi(_setup: VolumeSetup, source: CSIVolumeSource, _deps: VolumeDependencies): Promise<MountedVolume> {
  return Promise.reject(new Error(`driver name ${source.driver} not found in the list of registered CSI drivers`));
}

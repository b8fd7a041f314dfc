/** Which volumes shall be attached to which nodes, from the pods on them (pkg/controller/volume/attachdetach/util). Pure. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../api/core/v1.gen.ts';
import type { CSIDriver } from '../../api/storage/v1.gen.ts';
import { isControlledBy } from '../shared/controller-ref.ts';
import { hasReleasedVolumes } from '../shared/pod-status.ts';
import { attachmentName } from './attachment-name.ts';
import { csiVolumeName } from './volume-name.ts';

export interface VolumeLookup {
  claim(key: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  driver(name: string): CSIDriver | undefined;
  node(name: string): Node | undefined;
}

export interface DesiredAttachment {
  /** Of the VolumeAttachment. */
  readonly name: string;
  readonly volumeName: string;
  readonly volume: PersistentVolume;
  readonly nodeName: string;
  readonly pods: Pod[];
}

/** A node whose kubelet leaves attaching to us says so. */
const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach';

/** By name of the VolumeAttachment. */
export function desiredAttachments(pods: readonly Pod[], lookup: VolumeLookup): Map<string, DesiredAttachment> {
  const desired = new Map<string, DesiredAttachment>();
  for (const pod of pods) {
    const { nodeName, volumes = [] } = pod.spec;
    if (!nodeName || volumes.length === 0 || hasReleasedVolumes(pod)) continue;
    if (lookup.node(nodeName)?.metadata.annotations?.[MANAGED] === undefined) continue;
    for (const podVolume of volumes) {
      const volume = boundVolume(pod, podVolume, lookup);
      const volumeName = volume && csiVolumeName(volume);
      if (!volumeName || !volume.spec.csi || !needsAttach(volume.spec.csi.driver, lookup)) continue;
      const name = attachmentName(volume.spec.csi.volumeHandle, volume.spec.csi.driver, nodeName);
      const known = desired.get(name);
      if (known) known.pods.push(pod);
      else desired.set(name, { name, volumeName, volume, nodeName, pods: [pod] });
    }
  }
  return desired;
}

function needsAttach(driver: string, lookup: VolumeLookup): boolean {
  return lookup.driver(driver)?.spec.attachRequired !== false;
}

function boundVolume(pod: Pod, volume: Volume, lookup: VolumeLookup): PersistentVolume | undefined {
  const name = volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
  const claim = name ? lookup.claim(`${pod.metadata.namespace}/${name}`) : undefined;
  if (claim?.status?.phase !== 'Bound' || !claim.spec.volumeName) return undefined;
  if (volume.ephemeral && !isControlledBy(claim, pod)) return undefined;
  const bound = lookup.volume(claim.spec.volumeName);
  return bound?.spec.claimRef?.uid === claim.metadata.uid ? bound : undefined;
}

/** Whether several nodes may have the volume at the same time. */
export function allowsManyNodes(volume: PersistentVolume): boolean {
  const modes = volume.spec.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}

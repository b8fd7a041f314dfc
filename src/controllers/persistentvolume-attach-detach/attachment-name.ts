import { createHash } from 'node:crypto';

/** Name of the VolumeAttachment of a CSI volume on a node: kubelet and attacher find it by this. */
export function attachmentName(volumeHandle: string, driver: string, nodeName: string): string {
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${nodeName}`).digest('hex')}`;
}

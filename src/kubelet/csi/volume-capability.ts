import type { PersistentVolume } from '../../api/core/v1.gen.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { AccessMode, NodeCapability, type VolumeCapability } from './messages.ts';

export interface CapabilityInput {
  readonly accessModes: PersistentVolume['spec']['accessModes'];
  readonly block: boolean;
  readonly fsType: string;
  readonly mountOptions: readonly string[];
  readonly driver: ReadonlySet<number>;
  /** Given to the driver when it sets groups itself. */
  readonly fsGroup: number | undefined;
}

/** How a volume is to be used, as drivers are told. Pure. */
export function volumeCapability({
  accessModes,
  block,
  fsType,
  mountOptions,
  driver,
  fsGroup,
}: CapabilityInput): Encodable<typeof VolumeCapability> {
  const accessMode = { mode: csiMode(accessModes?.[0], driver.has(NodeCapability.SINGLE_NODE_MULTI_WRITER)) };
  if (block) return { block: {}, accessMode };
  const volumeMountGroup = driver.has(NodeCapability.MOUNT_GROUP) && fsGroup !== undefined ? String(fsGroup) : '';
  return { mount: { fsType, mountFlags: mountOptions, volumeMountGroup }, accessMode };
}

function csiMode(mode: string | undefined, knowsSingleNode: boolean): number {
  switch (mode) {
    case 'ReadOnlyMany':
      return AccessMode.MULTI_NODE_READER_ONLY;
    case 'ReadWriteMany':
      return AccessMode.MULTI_NODE_MULTI_WRITER;
    case 'ReadWriteOncePod':
      return knowsSingleNode ? AccessMode.SINGLE_NODE_SINGLE_WRITER : AccessMode.SINGLE_NODE_WRITER;
    default:
      return knowsSingleNode ? AccessMode.SINGLE_NODE_MULTI_WRITER : AccessMode.SINGLE_NODE_WRITER;
  }
}

/** Whether the kubelet gives the volume's files to the pod's group (https://kubernetes-csi.github.io/docs/support-fsgroup.html). */
export function kubeletSetsGroup(
  policy: string | undefined,
  fsType: string,
  accessModes: PersistentVolume['spec']['accessModes'],
  driver: ReadonlySet<number>,
): boolean {
  if (driver.has(NodeCapability.MOUNT_GROUP) || policy === 'None') return false;
  if (policy === 'File') return true;
  return fsType !== '' && (accessModes ?? []).some((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

/** The parts of the CSI node service that a kubelet calls (https://github.com/container-storage-interface/spec, v1). */
import { message, repeated, stringMap } from '../cri/codec/message.ts';

export const Empty = message({});

const BlockVolume = message({});
const MountVolume = message({ fsType: [1, 'string'], mountFlags: [2, repeated('string')], volumeMountGroup: [3, 'string'] });
const AccessModeMessage = message({ mode: [1, 'int32'] });

export const AccessMode = {
  SINGLE_NODE_WRITER: 1,
  SINGLE_NODE_READER_ONLY: 2,
  MULTI_NODE_READER_ONLY: 3,
  MULTI_NODE_SINGLE_WRITER: 4,
  MULTI_NODE_MULTI_WRITER: 5,
  SINGLE_NODE_SINGLE_WRITER: 6,
  SINGLE_NODE_MULTI_WRITER: 7,
} as const;

/** One of `block` and `mount`. */
export const VolumeCapability = message({ block: [1, BlockVolume], mount: [2, MountVolume], accessMode: [3, AccessModeMessage] });

export const NodeStageVolumeRequest = message({
  volumeId: [1, 'string'],
  publishContext: [2, stringMap],
  stagingTargetPath: [3, 'string'],
  volumeCapability: [4, VolumeCapability],
  secrets: [5, stringMap],
  volumeContext: [6, stringMap],
});

export const NodeUnstageVolumeRequest = message({ volumeId: [1, 'string'], stagingTargetPath: [2, 'string'] });

export const NodePublishVolumeRequest = message({
  volumeId: [1, 'string'],
  publishContext: [2, stringMap],
  stagingTargetPath: [3, 'string'],
  targetPath: [4, 'string'],
  volumeCapability: [5, VolumeCapability],
  readonly: [6, 'bool'],
  secrets: [7, stringMap],
  volumeContext: [8, stringMap],
});

export const NodeUnpublishVolumeRequest = message({ volumeId: [1, 'string'], targetPath: [2, 'string'] });

const CapacityRange = message({ requiredBytes: [1, 'int64'], limitBytes: [2, 'int64'] });

export const NodeExpandVolumeRequest = message({
  volumeId: [1, 'string'],
  volumePath: [2, 'string'],
  capacityRange: [3, CapacityRange],
  stagingTargetPath: [4, 'string'],
  volumeCapability: [5, VolumeCapability],
  secrets: [6, stringMap],
});

export const NodeExpandVolumeResponse = message({ capacityBytes: [1, 'int64'] });

const NodeServiceRpc = message({ type: [1, 'int32'] });
const NodeServiceCapability = message({ rpc: [1, NodeServiceRpc] });

export const NodeGetCapabilitiesResponse = message({ capabilities: [1, repeated(NodeServiceCapability)] });

export const NodeCapability = { STAGE_UNSTAGE: 1, VOLUME_STATS: 2, EXPAND: 3, SINGLE_NODE_MULTI_WRITER: 5, MOUNT_GROUP: 6 } as const;

const Topology = message({ segments: [1, stringMap] });

export const NodeGetInfoResponse = message({ nodeId: [1, 'string'], maxVolumesPerNode: [2, 'int64'], accessibleTopology: [3, Topology] });

/** Schema facts of storage/v1; the notation is described in src/api/schema-text.ts. */
export default `
type CSIDriver kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 CSIDriverSpec required
type CSIDriverList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CSIDriver required untyped
type CSIDriverSpec
  attachRequired 1 *bool
  podInfoOnMount 2 *bool
  volumeLifecycleModes 3 []string set
  storageCapacity 4 *bool
  fsGroupPolicy 5 *string
  tokenRequests 6 []TokenRequest
  requiresRepublish 7 *bool
  seLinuxMount 8 *bool
  nodeAllocatableUpdatePeriodSeconds 9 *int64
  serviceAccountTokenInSecrets 10 *bool
  preventPodSchedulingIfMissing 11 *bool
type CSINode kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 CSINodeSpec required
type CSINodeDriver
  name 1 string required
  nodeID 2 string required
  topologyKeys 3 []string emit
  allocatable 4 *VolumeNodeResources
type CSINodeList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CSINode required untyped
type CSINodeSpec
  drivers 1 []CSINodeDriver required map=name patch=merge
type CSIStorageCapacity kind
  metadata 1 meta/v1.ObjectMeta
  nodeTopology 2 *meta/v1.LabelSelector
  storageClassName 3 string required
  capacity 4 *Quantity
  maximumVolumeSize 5 *Quantity
type CSIStorageCapacityList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CSIStorageCapacity required untyped
type StorageClass kind
  metadata 1 meta/v1.ObjectMeta
  provisioner 2 string required
  parameters 3 map[]string
  reclaimPolicy 4 *string enum=Delete|Recycle|Retain
  mountOptions 5 []string
  allowVolumeExpansion 6 *bool
  volumeBindingMode 7 *string enum=Immediate|WaitForFirstConsumer
  allowedTopologies 8 []core/v1.TopologySelectorTerm
type StorageClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []StorageClass required untyped
type TokenRequest
  audience 1 string required
  expirationSeconds 2 *int64
type VolumeAttachment kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 VolumeAttachmentSpec required
  status 3 VolumeAttachmentStatus zero={}
type VolumeAttachmentList kind
  metadata 1 meta/v1.ListMeta
  items 2 []VolumeAttachment required untyped
type VolumeAttachmentSource
  persistentVolumeName 1 *string
  inlineVolumeSpec 2 *core/v1.PersistentVolumeSpec
type VolumeAttachmentSpec
  attacher 1 string required
  source 2 VolumeAttachmentSource required
  nodeName 3 string required
type VolumeAttachmentStatus
  attached 1 bool required
  attachmentMetadata 2 map[]string
  attachError 3 *VolumeError
  detachError 4 *VolumeError
type VolumeAttributesClass kind
  metadata 1 meta/v1.ObjectMeta
  driverName 2 string required
  parameters 3 map[]string
type VolumeAttributesClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []VolumeAttributesClass required untyped
type VolumeError
  time 1 Time
  message 2 string
  errorCode 3 *int32
type VolumeNodeResources
  count 1 *int32
`;

/** Schema facts of resource/v1alpha3; the notation is described in src/api/schema-text.ts. */
export default `
type DeviceTaint
  key 1 string required
  value 2 string
  effect 3 string required enum=NoExecute|NoSchedule|None
  timeAdded 4 *Time
type DeviceTaintRule kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 DeviceTaintRuleSpec required
  status 3 DeviceTaintRuleStatus zero={}
type DeviceTaintRuleList kind
  metadata 1 meta/v1.ListMeta
  items 2 []DeviceTaintRule required untyped
type DeviceTaintRuleSpec
  deviceSelector 1 *DeviceTaintSelector
  taint 2 DeviceTaint required
type DeviceTaintRuleStatus
  conditions 1 []meta/v1.Condition map=type patch=merge
type DeviceTaintSelector
  driver 2 *string
  pool 3 *string
  device 4 *string
type PoolStatus
  driver 1 string required omit zero=null
  poolName 2 string required omit zero=null
  generation 9 int64 required
  resourceSliceCount 8 *int32
  totalDevices 4 *int32
  allocatedDevices 5 *int32
  availableDevices 6 *int32
  unavailableDevices 7 *int32
  nodeName 3 *string
  validationError 10 *string
type ResourcePoolStatusRequest kind
  metadata 1 meta/v1.ObjectMeta required
  spec 2 ResourcePoolStatusRequestSpec required
  status 3 *ResourcePoolStatusRequestStatus
type ResourcePoolStatusRequestList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ResourcePoolStatusRequest required untyped
type ResourcePoolStatusRequestSpec
  driver 1 string required
  poolName 2 *string
  limit 3 *int32 default=100
type ResourcePoolStatusRequestStatus
  poolCount 6 *int32 required omit zero=null
  pools 2 []PoolStatus
  conditions 3 []meta/v1.Condition map=type patch=merge
`;

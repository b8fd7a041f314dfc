/** Schema facts of resource/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type AllocatedDeviceStatus
  driver 1 string required
  pool 2 string required
  device 3 string required
  shareID 7 *string
  conditions 4 []meta/v1.Condition emit map=type mergeKey=
  data 5 *RawExtension
  networkData 6 *NetworkDeviceData
type AllocationResult
  devices 1 DeviceAllocationResult zero={}
  nodeSelector 3 *core/v1.NodeSelector
  allocationTimestamp 5 *Time
type BasicDevice
  attributes 1 map[]DeviceAttribute
  capacity 2 map[]DeviceCapacity
  consumesCounters 3 []DeviceCounterConsumption
  nodeName 4 *string
  nodeSelector 5 *core/v1.NodeSelector
  allNodes 6 *bool
  taints 7 []DeviceTaint
  bindsToNode 8 *bool
  bindingConditions 9 []string
  bindingFailureConditions 10 []string
  allowMultipleAllocations 11 *bool
  nodeAllocatableResourceMappings 12 map[]NodeAllocatableResourceMapping
type CELDeviceSelector
  expression 1 string required
type CapacityRequestPolicy
  default 1 *Quantity emit
  validValues 3 []Quantity
  validRange 4 *CapacityRequestPolicyRange
type CapacityRequestPolicyRange
  min 1 *Quantity required omit zero=null
  max 2 *Quantity
  step 3 *Quantity
type CapacityRequirements
  requests 1 map[]Quantity
type Counter
  value 1 Quantity required zero=null
type CounterSet
  name 1 string required
  counters 2 map[]Counter required omit
type Device
  name 1 string required
  basic 2 *BasicDevice
type DeviceAllocationConfiguration
  source 1 string required enum=FromClaim|FromClass
  requests 2 []string
  inline 3 DeviceConfiguration deviceConfiguration
type DeviceAllocationResult
  results 1 []DeviceRequestAllocationResult
  config 2 []DeviceAllocationConfiguration
type DeviceAttribute
  int 2 *int64
  bool 3 *bool
  string 4 *string
  version 5 *string
  ints 6 []int64
  bools 7 []bool
  strings 8 []string
  versions 9 []string
type DeviceCapacity
  value 1 Quantity required zero=null
  requestPolicy 2 *CapacityRequestPolicy
type DeviceClaim
  requests 1 []DeviceRequest emit
  constraints 2 []DeviceConstraint
  config 3 []DeviceClaimConfiguration
type DeviceClaimConfiguration
  requests 1 []string
  inline 2 DeviceConfiguration deviceConfiguration
type DeviceClass kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 DeviceClassSpec required
type DeviceClassConfiguration
  inline 1 DeviceConfiguration deviceConfiguration
type DeviceClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []DeviceClass required untyped
type DeviceClassSpec
  selectors 1 []DeviceSelector
  config 2 []DeviceClassConfiguration
  extendedResourceName 4 *string
type DeviceConfiguration
  opaque 1 *OpaqueDeviceConfiguration
type DeviceConstraint
  requests 1 []string
  matchAttribute 2 *string
  distinctAttribute 3 *string
type DeviceCounterConsumption
  counterSet 1 string required
  counters 2 map[]Counter required omit
type DeviceRequest
  name 1 string required
  deviceClassName 2 string emit zero=""
  selectors 3 []DeviceSelector
  allocationMode 4 string enum=All|ExactCount
  count 5 int64
  adminAccess 6 *bool
  firstAvailable 7 []DeviceSubRequest
  tolerations 8 []DeviceToleration
  capacity 9 *CapacityRequirements
type DeviceRequestAllocationResult
  request 1 string required
  driver 2 string required
  pool 3 string required
  device 4 string required
  adminAccess 5 *bool
  tolerations 6 []DeviceToleration
  bindingConditions 7 []string
  bindingFailureConditions 8 []string
  shareID 9 *string
  consumedCapacity 10 map[]Quantity
type DeviceSelector
  cel 1 *CELDeviceSelector
type DeviceSubRequest
  name 1 string required
  deviceClassName 2 string required
  selectors 3 []DeviceSelector
  allocationMode 4 string enum=All|ExactCount
  count 5 int64
  tolerations 7 []DeviceToleration
  capacity 8 *CapacityRequirements
type DeviceTaint
  key 1 string required
  value 2 string
  effect 3 string required enum=NoExecute|NoSchedule|None
  timeAdded 4 *Time
type DeviceToleration
  key 1 string
  operator 2 string default="Equal" enum=Equal|Exists
  value 3 string
  effect 4 string enum=NoExecute|NoSchedule|None
  tolerationSeconds 5 *int64
type NetworkDeviceData
  interfaceName 1 string
  ips 2 []string
  hardwareAddress 3 string
type NodeAllocatableResourceMapping
  capacityKey 1 *string
  allocationMultiplier 2 *Quantity
type OpaqueDeviceConfiguration
  driver 1 string required
  parameters 2 RawExtension required zero=null
type ResourceClaim kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ResourceClaimSpec required
  status 3 ResourceClaimStatus zero={}
type ResourceClaimConsumerReference
  apiGroup 1 string
  resource 3 string required
  name 4 string required
  uid 5 string required
type ResourceClaimList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ResourceClaim required untyped
type ResourceClaimSpec
  devices 1 DeviceClaim zero={}
type ResourceClaimStatus
  allocation 1 *AllocationResult
  reservedFor 2 []ResourceClaimConsumerReference map=uid patch=merge
  devices 4 []AllocatedDeviceStatus map=driver,device,pool,shareID mergeKey=
type ResourceClaimTemplate kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ResourceClaimTemplateSpec required
type ResourceClaimTemplateList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ResourceClaimTemplate required untyped
type ResourceClaimTemplateSpec
  metadata 1 meta/v1.ObjectMeta
  spec 2 ResourceClaimSpec required
type ResourcePool
  name 1 string required
  generation 2 int64 required
  resourceSliceCount 3 int64 required
type ResourceSlice kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ResourceSliceSpec required
type ResourceSliceList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ResourceSlice required untyped
type ResourceSliceSpec
  driver 1 string required
  pool 2 ResourcePool required
  nodeName 3 string
  nodeSelector 4 *core/v1.NodeSelector
  allNodes 5 bool
  devices 6 []Device
  perDeviceNodeSelection 7 *bool
  sharedCounters 8 []CounterSet
`;

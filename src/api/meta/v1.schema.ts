/** Schema facts of meta/v1; the notation is described in src/api/schema-text.ts. */
export default `
type APIGroup kind
  name 1 string required
  versions 2 []GroupVersionForDiscovery required
  preferredVersion 3 GroupVersionForDiscovery zero={}
  serverAddressByClientCIDRs 4 []ServerAddressByClientCIDR
type APIGroupList kind
  groups 1 []APIGroup required
type APIResource
  name 1 string required
  singularName 6 string required
  namespaced 2 bool required
  group 8 string
  version 9 string
  kind 3 string required
  verbs 4 StringList required
  shortNames 5 []string
  categories 7 []string
  storageVersionHash 10 string
type APIResourceList kind
  groupVersion 1 string required
  resources 2 []APIResource required
type APIVersions kind
  versions 1 []string required
  serverAddressByClientCIDRs 2 []ServerAddressByClientCIDR required
type Condition
  type 1 string required
  status 2 string required
  observedGeneration 3 int64
  lastTransitionTime 4 Time required zero=null
  reason 5 string required
  message 6 string required
type DeleteOptions
  gracePeriodSeconds 1 *int64
  preconditions 2 *Preconditions
  orphanDependents 3 *bool
  propagationPolicy 4 *string
  dryRun 5 []string
  ignoreStoreReadErrorWithClusterBreakingPotential 6 *bool
type FieldSelectorRequirement
  key 1 string required
  operator 2 string required
  values 3 []string
type GroupResource
  group 1 string required
  resource 2 string required
type GroupVersionForDiscovery
  groupVersion 1 string required
  version 2 string required
type LabelSelector atomic
  matchLabels 1 map[]string
  matchExpressions 2 []LabelSelectorRequirement
type LabelSelectorRequirement
  key 1 string required
  operator 2 string required
  values 3 []string
type ListMeta
  selfLink 1 string
  resourceVersion 2 string
  continue 3 string
  remainingItemCount 4 *int64
  shardInfo 5 *ShardInfo
type ManagedFieldsEntry
  manager 1 string
  operation 2 string
  apiVersion 3 string
  time 4 *Time
  fieldsType 6 string
  fieldsV1 7 *FieldsV1
  subresource 8 string
type ObjectMeta
  name 1 string
  generateName 2 string
  namespace 3 string
  selfLink 4 string
  uid 5 string
  resourceVersion 6 string
  generation 7 int64
  creationTimestamp 8 Time omit
  deletionTimestamp 9 *Time
  deletionGracePeriodSeconds 10 *int64
  labels 11 map[]string
  annotations 12 map[]string
  ownerReferences 13 []OwnerReference map=uid patch=merge
  finalizers 14 []string set patch=merge
  managedFields 17 []ManagedFieldsEntry
type OwnerReference atomic
  apiVersion 5 string required
  kind 1 string required
  name 3 string required
  uid 4 string required
  controller 6 *bool
  blockOwnerDeletion 7 *bool
type Preconditions
  uid 1 *string
  resourceVersion 2 *string
type ServerAddressByClientCIDR
  clientCIDR 1 string required
  serverAddress 2 string required
type ShardInfo
  selector 1 string required
type Status kind
  metadata 1 ListMeta
  status 2 string
  message 3 string
  reason 4 string
  details 5 *StatusDetails
  code 6 int32
type StatusCause
  reason 1 string
  message 2 string
  field 3 string
type StatusDetails
  name 1 string
  group 2 string
  kind 3 string
  uid 6 string
  causes 4 []StatusCause
  retryAfterSeconds 5 int32
`;

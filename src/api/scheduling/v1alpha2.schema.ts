/** Schema facts of scheduling/v1alpha2; the notation is described in src/api/schema-text.ts. */
export default `
type BasicSchedulingPolicy
type GangSchedulingPolicy
  minCount 1 int32 required
type PodGroup kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PodGroupSpec required
  status 3 PodGroupStatus zero={}
type PodGroupList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PodGroup required untyped
type PodGroupResourceClaim
  name 1 string required
  resourceClaimName 2 *string
  resourceClaimTemplateName 3 *string
type PodGroupResourceClaimStatus
  name 1 string required
  resourceClaimName 2 *string
type PodGroupSchedulingConstraints
  topology 1 []TopologyConstraint
type PodGroupSchedulingPolicy unions=[{"fields-to-discriminateBy":{"basic":"Basic","gang":"Gang"}}]
  basic 1 *BasicSchedulingPolicy
  gang 2 *GangSchedulingPolicy
type PodGroupSpec
  podGroupTemplateRef 1 *PodGroupTemplateReference emit
  schedulingPolicy 2 PodGroupSchedulingPolicy required
  schedulingConstraints 3 *PodGroupSchedulingConstraints
  resourceClaims 4 []PodGroupResourceClaim map=name patch=merge,retainKeys
  disruptionMode 5 *string default="Pod" enum=Pod|PodGroup
  priorityClassName 6 string
  priority 7 *int32
type PodGroupStatus
  conditions 1 []meta/v1.Condition map=type patch=merge
  resourceClaimStatuses 2 []PodGroupResourceClaimStatus map=name patch=merge,retainKeys
type PodGroupTemplate
  name 1 string required
  schedulingPolicy 2 PodGroupSchedulingPolicy required
  schedulingConstraints 3 *PodGroupSchedulingConstraints emit
  resourceClaims 4 []PodGroupResourceClaim map=name patch=merge,retainKeys
  disruptionMode 5 *string enum=Pod|PodGroup
  priorityClassName 6 string
  priority 7 *int32
type PodGroupTemplateReference unions=[{"fields-to-discriminateBy":{"workload":"Workload"}}]
  workload 1 *WorkloadPodGroupTemplateReference emit
type TopologyConstraint
  key 1 string required
type TypedLocalObjectReference
  apiGroup 1 string
  kind 2 string required
  name 3 string required
type Workload kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 WorkloadSpec required
type WorkloadList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Workload required untyped
type WorkloadPodGroupTemplateReference
  workloadName 1 string required
  podGroupTemplateName 2 string required
type WorkloadSpec
  controllerRef 1 *TypedLocalObjectReference
  podGroupTemplates 2 []PodGroupTemplate required map=name mergeKey=
`;

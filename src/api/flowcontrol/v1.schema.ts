/** Schema facts of flowcontrol/v1; the notation is described in src/api/schema-text.ts. */
export default `
type ExemptPriorityLevelConfiguration
  nominalConcurrencyShares 1 *int32
  lendablePercent 2 *int32
type FlowDistinguisherMethod
  type 1 string required
type FlowSchema kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 FlowSchemaSpec zero={}
  status 3 FlowSchemaStatus zero={}
type FlowSchemaCondition
  type 1 string
  status 2 string
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type FlowSchemaList kind
  metadata 1 meta/v1.ListMeta
  items 2 []FlowSchema required untyped
type FlowSchemaSpec
  priorityLevelConfiguration 1 PriorityLevelConfigurationReference required
  matchingPrecedence 2 int32 emit zero=0
  distinguisherMethod 3 *FlowDistinguisherMethod
  rules 4 []PolicyRulesWithSubjects
type FlowSchemaStatus
  conditions 1 []FlowSchemaCondition map=type patch=merge
type GroupSubject
  name 1 string required
type LimitResponse unions=[{"discriminator":"type","fields-to-discriminateBy":{"queuing":"Queuing"}}]
  type 1 string required
  queuing 2 *QueuingConfiguration
type LimitedPriorityLevelConfiguration
  nominalConcurrencyShares 1 *int32 emit
  limitResponse 2 LimitResponse zero={}
  lendablePercent 3 *int32
  borrowingLimitPercent 4 *int32
type NonResourcePolicyRule
  verbs 1 []string required set
  nonResourceURLs 6 []string required set
type PolicyRulesWithSubjects
  subjects 1 []Subject required
  resourceRules 2 []ResourcePolicyRule
  nonResourceRules 3 []NonResourcePolicyRule
type PriorityLevelConfiguration kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PriorityLevelConfigurationSpec zero={}
  status 3 PriorityLevelConfigurationStatus zero={}
type PriorityLevelConfigurationCondition
  type 1 string
  status 2 string
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type PriorityLevelConfigurationList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PriorityLevelConfiguration required untyped
type PriorityLevelConfigurationReference
  name 1 string required
type PriorityLevelConfigurationSpec unions=[{"discriminator":"type","fields-to-discriminateBy":{"exempt":"Exempt","limited":"Limited"}}]
  type 1 string required
  limited 2 *LimitedPriorityLevelConfiguration
  exempt 3 *ExemptPriorityLevelConfiguration
type PriorityLevelConfigurationStatus
  conditions 1 []PriorityLevelConfigurationCondition map=type patch=merge
type QueuingConfiguration
  queues 1 int32 emit zero=0
  handSize 2 int32 emit zero=0
  queueLengthLimit 3 int32 emit zero=0
type ResourcePolicyRule
  verbs 1 []string required set
  apiGroups 2 []string required set
  resources 3 []string required set
  clusterScope 4 bool
  namespaces 5 []string emit set
type ServiceAccountSubject
  namespace 1 string required
  name 2 string required
type Subject unions=[{"discriminator":"kind","fields-to-discriminateBy":{"group":"Group","serviceAccount":"ServiceAccount","user":"User"}}]
  kind 1 string required
  user 2 *UserSubject
  group 3 *GroupSubject
  serviceAccount 4 *ServiceAccountSubject
type UserSubject
  name 1 string required
`;

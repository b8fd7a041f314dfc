/** Schema facts of apps/v1; the notation is described in src/api/schema-text.ts. */
export default `
type ControllerRevision kind
  metadata 1 meta/v1.ObjectMeta
  data 2 RawExtension
  revision 3 int64 required
type ControllerRevisionList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ControllerRevision required untyped
type DaemonSet kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 DaemonSetSpec zero={}
  status 3 DaemonSetStatus zero={}
type DaemonSetCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type DaemonSetList kind
  metadata 1 meta/v1.ListMeta
  items 2 []DaemonSet required untyped
type DaemonSetSpec
  selector 1 *meta/v1.LabelSelector required zero=null
  template 2 core/v1.PodTemplateSpec required
  updateStrategy 3 DaemonSetUpdateStrategy zero={}
  minReadySeconds 4 int32
  revisionHistoryLimit 6 *int32
type DaemonSetStatus
  currentNumberScheduled 1 int32 required
  numberMisscheduled 2 int32 required
  desiredNumberScheduled 3 int32 required
  numberReady 4 int32 required
  observedGeneration 5 int64
  updatedNumberScheduled 6 int32
  numberAvailable 7 int32
  numberUnavailable 8 int32
  collisionCount 9 *int32
  conditions 10 []DaemonSetCondition map=type patch=merge
type DaemonSetUpdateStrategy
  type 1 string enum=OnDelete|RollingUpdate
  rollingUpdate 2 *RollingUpdateDaemonSet
type Deployment kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 DeploymentSpec zero={}
  status 3 DeploymentStatus zero={}
type DeploymentCondition
  type 1 string required
  status 2 string required
  lastUpdateTime 6 Time
  lastTransitionTime 7 Time
  reason 4 string
  message 5 string
type DeploymentList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Deployment required untyped
type DeploymentSpec
  replicas 1 *int32
  selector 2 *meta/v1.LabelSelector required zero=null
  template 3 core/v1.PodTemplateSpec required
  strategy 4 DeploymentStrategy patch=retainKeys zero={}
  minReadySeconds 5 int32
  revisionHistoryLimit 6 *int32
  paused 7 bool
  progressDeadlineSeconds 9 *int32
type DeploymentStatus
  observedGeneration 1 int64
  replicas 2 int32
  updatedReplicas 3 int32
  readyReplicas 7 int32
  availableReplicas 4 int32
  unavailableReplicas 5 int32
  terminatingReplicas 9 *int32
  conditions 6 []DeploymentCondition map=type patch=merge
  collisionCount 8 *int32
type DeploymentStrategy
  type 1 string enum=Recreate|RollingUpdate
  rollingUpdate 2 *RollingUpdateDeployment
type ReplicaSet kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ReplicaSetSpec zero={}
  status 3 ReplicaSetStatus zero={}
type ReplicaSetCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type ReplicaSetList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ReplicaSet required untyped
type ReplicaSetSpec
  replicas 1 *int32
  minReadySeconds 4 int32
  selector 2 *meta/v1.LabelSelector required zero=null
  template 3 core/v1.PodTemplateSpec zero={}
type ReplicaSetStatus
  replicas 1 int32 required
  fullyLabeledReplicas 2 int32
  readyReplicas 4 int32
  availableReplicas 5 int32
  terminatingReplicas 7 *int32
  observedGeneration 3 int64
  conditions 6 []ReplicaSetCondition map=type patch=merge
type RollingUpdateDaemonSet
  maxUnavailable 1 *IntOrString
  maxSurge 2 *IntOrString
type RollingUpdateDeployment
  maxUnavailable 1 *IntOrString
  maxSurge 2 *IntOrString
type RollingUpdateStatefulSetStrategy
  partition 1 *int32
  maxUnavailable 2 *IntOrString
type StatefulSet kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 StatefulSetSpec zero={}
  status 3 StatefulSetStatus zero={}
type StatefulSetCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type StatefulSetList kind
  metadata 1 meta/v1.ListMeta
  items 2 []StatefulSet required untyped
type StatefulSetOrdinals
  start 1 int32 emit zero=0
type StatefulSetPersistentVolumeClaimRetentionPolicy
  whenDeleted 1 string
  whenScaled 2 string
type StatefulSetSpec
  replicas 1 *int32
  selector 2 *meta/v1.LabelSelector required zero=null
  template 3 core/v1.PodTemplateSpec required
  volumeClaimTemplates 4 []core/v1.PersistentVolumeClaim
  serviceName 5 string emit zero=""
  podManagementPolicy 6 string enum=OrderedReady|Parallel
  updateStrategy 7 StatefulSetUpdateStrategy zero={}
  revisionHistoryLimit 8 *int32
  minReadySeconds 9 int32
  persistentVolumeClaimRetentionPolicy 10 *StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals 11 *StatefulSetOrdinals
type StatefulSetStatus
  observedGeneration 1 int64
  replicas 2 int32 required
  readyReplicas 3 int32
  currentReplicas 4 int32
  updatedReplicas 5 int32
  currentRevision 6 string
  updateRevision 7 string
  collisionCount 9 *int32
  conditions 10 []StatefulSetCondition map=type patch=merge
  availableReplicas 11 int32 emit zero=0
type StatefulSetUpdateStrategy
  type 1 string enum=OnDelete|RollingUpdate
  rollingUpdate 2 *RollingUpdateStatefulSetStrategy
`;

/** Schema facts of core/v1; the notation is described in src/api/schema-text.ts. */
export default `
type AWSElasticBlockStoreVolumeSource
  volumeID 1 string required
  fsType 2 string
  partition 3 int32
  readOnly 4 bool
type Affinity
  nodeAffinity 1 *NodeAffinity
  podAffinity 2 *PodAffinity
  podAntiAffinity 3 *PodAntiAffinity
type AppArmorProfile unions=[{"discriminator":"type","fields-to-discriminateBy":{"localhostProfile":"LocalhostProfile"}}]
  type 1 string required enum=Localhost|RuntimeDefault|Unconfined
  localhostProfile 2 *string
type AttachedVolume
  name 1 string required
  devicePath 2 string required
type AzureDiskVolumeSource
  diskName 1 string required
  diskURI 2 string required
  cachingMode 3 *string default="ReadWrite" enum=None|ReadOnly|ReadWrite
  fsType 4 *string default="ext4"
  readOnly 5 *bool zero=false
  kind 6 *string default="Shared" enum=Dedicated|Managed|Shared
type AzureFilePersistentVolumeSource
  secretName 1 string required
  shareName 2 string required
  readOnly 3 bool
  secretNamespace 4 *string emit
type AzureFileVolumeSource
  secretName 1 string required
  shareName 2 string required
  readOnly 3 bool
type Binding kind
  metadata 1 meta/v1.ObjectMeta
  target 2 ObjectReference required
type CSIPersistentVolumeSource
  driver 1 string required
  volumeHandle 2 string required
  readOnly 3 bool
  fsType 4 string
  volumeAttributes 5 map[]string
  controllerPublishSecretRef 6 *SecretReference
  nodeStageSecretRef 7 *SecretReference
  nodePublishSecretRef 8 *SecretReference
  controllerExpandSecretRef 9 *SecretReference
  nodeExpandSecretRef 10 *SecretReference
type CSIVolumeSource
  driver 1 string required
  readOnly 2 *bool
  fsType 3 *string
  volumeAttributes 4 map[]string
  nodePublishSecretRef 5 *LocalObjectReference
type Capabilities
  add 1 []string
  drop 2 []string
type CephFSPersistentVolumeSource
  monitors 1 []string required
  path 2 string
  user 3 string
  secretFile 4 string
  secretRef 5 *SecretReference
  readOnly 6 bool
type CephFSVolumeSource
  monitors 1 []string required
  path 2 string
  user 3 string
  secretFile 4 string
  secretRef 5 *LocalObjectReference
  readOnly 6 bool
type CinderPersistentVolumeSource
  volumeID 1 string required
  fsType 2 string
  readOnly 3 bool
  secretRef 4 *SecretReference
type CinderVolumeSource
  volumeID 1 string required
  fsType 2 string
  readOnly 3 bool
  secretRef 4 *LocalObjectReference
type ClientIPConfig
  timeoutSeconds 1 *int32
type ClusterTrustBundleProjection
  name 1 *string
  signerName 2 *string
  labelSelector 3 *meta/v1.LabelSelector
  optional 5 *bool
  path 4 string required
type ComponentCondition
  type 1 string required
  status 2 string required
  message 3 string
  error 4 string
type ComponentStatus kind
  metadata 1 meta/v1.ObjectMeta
  conditions 2 []ComponentCondition map=type patch=merge
type ComponentStatusList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ComponentStatus required untyped
type ConfigMap kind
  metadata 1 meta/v1.ObjectMeta
  immutable 4 *bool
  data 2 map[]string
  binaryData 3 map[]bytes
type ConfigMapEnvSource
  inline 1 LocalObjectReference localObjectReference
  optional 2 *bool
type ConfigMapKeySelector atomic
  inline 1 LocalObjectReference localObjectReference
  key 2 string required
  optional 3 *bool
type ConfigMapList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ConfigMap required untyped
type ConfigMapNodeConfigSource
  namespace 1 string required
  name 2 string required
  uid 3 string
  resourceVersion 4 string
  kubeletConfigKey 5 string required
type ConfigMapProjection
  inline 1 LocalObjectReference localObjectReference
  items 2 []KeyToPath
  optional 4 *bool
type ConfigMapVolumeSource
  inline 1 LocalObjectReference localObjectReference
  items 2 []KeyToPath
  defaultMode 3 *int32
  optional 4 *bool
type Container
  name 1 string required
  image 2 string
  command 3 []string
  args 4 []string
  workingDir 5 string
  ports 6 []ContainerPort map=containerPort,protocol patch=merge
  envFrom 19 []EnvFromSource
  env 7 []EnvVar map=name patch=merge
  resources 8 ResourceRequirements zero={}
  resizePolicy 23 []ContainerResizePolicy
  restartPolicy 24 *string
  restartPolicyRules 25 []ContainerRestartRule
  volumeMounts 9 []VolumeMount map=mountPath patch=merge
  volumeDevices 21 []VolumeDevice map=devicePath patch=merge
  livenessProbe 10 *Probe
  readinessProbe 11 *Probe
  startupProbe 22 *Probe
  lifecycle 12 *Lifecycle
  terminationMessagePath 13 string
  terminationMessagePolicy 20 string enum=FallbackToLogsOnError|File
  imagePullPolicy 14 string enum=Always|IfNotPresent|Never
  securityContext 15 *SecurityContext
  stdin 16 bool
  stdinOnce 17 bool
  tty 18 bool
type ContainerExtendedResourceRequest
  containerName 1 string required
  resourceName 2 string required
  requestName 3 string required
type ContainerImage
  names 1 []string emit
  sizeBytes 2 int64
type ContainerPort
  name 1 string
  hostPort 2 int32
  containerPort 3 int32 required
  protocol 4 string default="TCP" enum=SCTP|TCP|UDP
  hostIP 5 string
type ContainerResizePolicy
  resourceName 1 string required
  restartPolicy 2 string required
type ContainerRestartRule
  action 1 string required omit zero=null
  exitCodes 2 *ContainerRestartRuleOnExitCodes
type ContainerRestartRuleOnExitCodes
  operator 1 string required omit zero=null
  values 2 []int32 set
type ContainerState
  waiting 1 *ContainerStateWaiting
  running 2 *ContainerStateRunning
  terminated 3 *ContainerStateTerminated
type ContainerStateRunning
  startedAt 1 Time
type ContainerStateTerminated
  exitCode 1 int32 required
  signal 2 int32
  reason 3 string
  message 4 string
  startedAt 5 Time
  finishedAt 6 Time
  containerID 7 string
type ContainerStateWaiting
  reason 1 string
  message 2 string
type ContainerStatus
  name 1 string required
  state 2 ContainerState zero={}
  lastState 3 ContainerState zero={}
  ready 4 bool required
  restartCount 5 int32 required
  image 6 string required
  imageID 7 string required
  containerID 8 string
  started 9 *bool
  allocatedResources 10 map[]Quantity
  resources 11 *ResourceRequirements
  volumeMounts 12 []VolumeMountStatus map=mountPath patch=merge
  user 13 *ContainerUser
  allocatedResourcesStatus 14 []ResourceStatus map=name patch=merge
  stopSignal 15 *string enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
type ContainerUser
  linux 1 *LinuxContainerUser
type DaemonEndpoint
  Port 1 int32 required
type DownwardAPIProjection
  items 1 []DownwardAPIVolumeFile
type DownwardAPIVolumeFile
  path 1 string required
  fieldRef 2 *ObjectFieldSelector
  resourceFieldRef 3 *ResourceFieldSelector
  mode 4 *int32
type DownwardAPIVolumeSource
  items 1 []DownwardAPIVolumeFile
  defaultMode 2 *int32
type EmptyDirVolumeSource
  medium 1 string
  sizeLimit 2 *Quantity
type EndpointAddress atomic
  ip 1 string required
  hostname 3 string
  nodeName 4 *string
  targetRef 2 *ObjectReference
type EndpointPort atomic
  name 1 string
  port 2 int32 required
  protocol 3 string enum=SCTP|TCP|UDP
  appProtocol 4 *string
type EndpointSubset
  addresses 1 []EndpointAddress
  notReadyAddresses 2 []EndpointAddress
  ports 3 []EndpointPort
type Endpoints kind
  metadata 1 meta/v1.ObjectMeta
  subsets 2 []EndpointSubset
type EndpointsList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Endpoints required untyped
type EnvFromSource
  prefix 1 string
  configMapRef 2 *ConfigMapEnvSource
  secretRef 3 *SecretEnvSource
type EnvVar
  name 1 string required
  value 2 string
  valueFrom 3 *EnvVarSource
type EnvVarSource
  fieldRef 1 *ObjectFieldSelector
  resourceFieldRef 2 *ResourceFieldSelector
  configMapKeyRef 3 *ConfigMapKeySelector
  secretKeyRef 4 *SecretKeySelector
  fileKeyRef 5 *FileKeySelector
type EphemeralContainer
  inline 1 EphemeralContainerCommon ephemeralContainerCommon
  targetContainerName 2 string
type EphemeralContainerCommon
  name 1 string required
  image 2 string
  command 3 []string
  args 4 []string
  workingDir 5 string
  ports 6 []ContainerPort map=containerPort,protocol patch=merge
  envFrom 19 []EnvFromSource
  env 7 []EnvVar map=name patch=merge
  resources 8 ResourceRequirements
  resizePolicy 23 []ContainerResizePolicy
  restartPolicy 24 *string
  restartPolicyRules 25 []ContainerRestartRule
  volumeMounts 9 []VolumeMount map=mountPath patch=merge
  volumeDevices 21 []VolumeDevice map=devicePath patch=merge
  livenessProbe 10 *Probe
  readinessProbe 11 *Probe
  startupProbe 22 *Probe
  lifecycle 12 *Lifecycle
  terminationMessagePath 13 string
  terminationMessagePolicy 20 string enum=FallbackToLogsOnError|File
  imagePullPolicy 14 string enum=Always|IfNotPresent|Never
  securityContext 15 *SecurityContext
  stdin 16 bool
  stdinOnce 17 bool
  tty 18 bool
type EphemeralVolumeSource
  volumeClaimTemplate 1 *PersistentVolumeClaimTemplate
type Event kind
  metadata 1 meta/v1.ObjectMeta required
  involvedObject 2 ObjectReference required
  reason 3 string
  message 4 string
  source 5 EventSource zero={}
  firstTimestamp 6 Time
  lastTimestamp 7 Time
  count 8 int32
  type 9 string
  eventTime 10 MicroTime
  series 11 *EventSeries
  action 12 string
  related 13 *ObjectReference
  reportingComponent 14 string emit zero=""
  reportingInstance 15 string emit zero=""
type EventList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Event required untyped
type EventSeries
  count 1 int32
  lastObservedTime 2 MicroTime
type EventSource
  component 1 string
  host 2 string
type ExecAction
  command 1 []string
type FCVolumeSource
  targetWWNs 1 []string
  lun 2 *int32
  fsType 3 string
  readOnly 4 bool
  wwids 5 []string
type FileKeySelector atomic
  volumeName 1 string required
  path 2 string required
  key 3 string required
  optional 4 *bool zero=false
type FlexPersistentVolumeSource
  driver 1 string required
  fsType 2 string
  secretRef 3 *SecretReference
  readOnly 4 bool
  options 5 map[]string
type FlexVolumeSource
  driver 1 string required
  fsType 2 string
  secretRef 3 *LocalObjectReference
  readOnly 4 bool
  options 5 map[]string
type FlockerVolumeSource
  datasetName 1 string
  datasetUUID 2 string
type GCEPersistentDiskVolumeSource
  pdName 1 string required
  fsType 2 string
  partition 3 int32
  readOnly 4 bool
type GRPCAction
  port 1 int32 required
  service 2 *string emit zero=""
type GitRepoVolumeSource
  repository 1 string required
  revision 2 string
  directory 3 string
type GlusterfsPersistentVolumeSource
  endpoints 1 string required
  path 2 string required
  readOnly 3 bool
  endpointsNamespace 4 *string
type GlusterfsVolumeSource
  endpoints 1 string required
  path 2 string required
  readOnly 3 bool
type HTTPGetAction
  path 1 string
  port 2 IntOrString required zero=null
  host 3 string
  scheme 4 string enum=HTTP|HTTPS
  httpHeaders 5 []HTTPHeader
type HTTPHeader
  name 1 string required
  value 2 string required
type HostAlias
  ip 1 string required
  hostnames 2 []string
type HostIP
  ip 1 string required
type HostPathVolumeSource
  path 1 string required
  type 2 *string enum=|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket
type ISCSIPersistentVolumeSource
  targetPortal 1 string required
  iqn 2 string required
  lun 3 int32 required
  iscsiInterface 4 string default="default"
  fsType 5 string
  readOnly 6 bool
  portals 7 []string
  chapAuthDiscovery 8 bool
  chapAuthSession 11 bool
  secretRef 10 *SecretReference
  initiatorName 12 *string
type ISCSIVolumeSource
  targetPortal 1 string required
  iqn 2 string required
  lun 3 int32 required
  iscsiInterface 4 string default="default"
  fsType 5 string
  readOnly 6 bool
  portals 7 []string
  chapAuthDiscovery 8 bool
  chapAuthSession 11 bool
  secretRef 10 *LocalObjectReference
  initiatorName 12 *string
type ImageVolumeSource
  reference 1 string
  pullPolicy 2 string enum=Always|IfNotPresent|Never
type ImageVolumeStatus
  imageRef 1 string required omit zero=null
type KeyToPath
  key 1 string required
  path 2 string required
  mode 3 *int32
type Lifecycle
  postStart 1 *LifecycleHandler
  preStop 2 *LifecycleHandler
  stopSignal 3 *string enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
type LifecycleHandler
  exec 1 *ExecAction
  httpGet 2 *HTTPGetAction
  tcpSocket 3 *TCPSocketAction
  sleep 4 *SleepAction
type LimitRange kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 LimitRangeSpec zero={}
type LimitRangeItem
  type 1 string required
  max 2 map[]Quantity
  min 3 map[]Quantity
  default 4 map[]Quantity
  defaultRequest 5 map[]Quantity
  maxLimitRequestRatio 6 map[]Quantity
type LimitRangeList kind
  metadata 1 meta/v1.ListMeta
  items 2 []LimitRange required untyped
type LimitRangeSpec
  limits 1 []LimitRangeItem required
type LinuxContainerUser
  uid 1 int64 required
  gid 2 int64 required
  supplementalGroups 3 []int64
type LoadBalancerIngress
  ip 1 string
  hostname 2 string
  ipMode 3 *string
  ports 4 []PortStatus
type LoadBalancerStatus
  ingress 1 []LoadBalancerIngress
type LocalObjectReference atomic
  name 1 string zero=""
type LocalVolumeSource
  path 1 string required
  fsType 2 *string
type ModifyVolumeStatus
  targetVolumeAttributesClassName 1 string
  status 2 string required enum=InProgress|Infeasible|Pending
type NFSVolumeSource
  server 1 string required
  path 2 string required
  readOnly 3 bool
type Namespace kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 NamespaceSpec zero={}
  status 3 NamespaceStatus zero={}
type NamespaceCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 4 Time
  reason 5 string
  message 6 string
type NamespaceList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Namespace required untyped
type NamespaceSpec
  finalizers 1 []string
type NamespaceStatus
  phase 1 string enum=Active|Terminating
  conditions 2 []NamespaceCondition map=type patch=merge
type Node kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 NodeSpec zero={}
  status 3 NodeStatus zero={}
type NodeAddress
  type 1 string required
  address 2 string required
type NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 *NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution 2 []PreferredSchedulingTerm
type NodeAllocatableResourceClaimStatus
  resourceClaimName 1 string required
  containers 2 []string set
  resources 3 map[]Quantity required
type NodeCondition
  type 1 string required
  status 2 string required
  lastHeartbeatTime 3 Time
  lastTransitionTime 4 Time
  reason 5 string
  message 6 string
type NodeConfigSource
  configMap 2 *ConfigMapNodeConfigSource
type NodeConfigStatus
  assigned 1 *NodeConfigSource
  active 2 *NodeConfigSource
  lastKnownGood 3 *NodeConfigSource
  error 4 string
type NodeDaemonEndpoints
  kubeletEndpoint 1 DaemonEndpoint zero={}
type NodeFeatures
  supplementalGroupsPolicy 1 *bool
type NodeList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Node required untyped
type NodeRuntimeHandler
  name 1 string emit zero=""
  features 2 *NodeRuntimeHandlerFeatures
type NodeRuntimeHandlerFeatures
  recursiveReadOnlyMounts 1 *bool
  userNamespaces 2 *bool
type NodeSelector atomic
  nodeSelectorTerms 1 []NodeSelectorTerm required
type NodeSelectorRequirement
  key 1 string required
  operator 2 string required enum=DoesNotExist|Exists|Gt|In|Lt|NotIn
  values 3 []string
type NodeSelectorTerm atomic
  matchExpressions 1 []NodeSelectorRequirement
  matchFields 2 []NodeSelectorRequirement
type NodeSpec
  podCIDR 1 string
  podCIDRs 7 []string set patch=merge
  providerID 3 string
  unschedulable 4 bool
  taints 5 []Taint
  configSource 6 *NodeConfigSource
  externalID 2 string
type NodeStatus
  capacity 1 map[]Quantity
  allocatable 2 map[]Quantity
  phase 3 string enum=Pending|Running|Terminated
  conditions 4 []NodeCondition map=type patch=merge
  addresses 5 []NodeAddress map=type patch=merge
  daemonEndpoints 6 NodeDaemonEndpoints zero={}
  nodeInfo 7 NodeSystemInfo zero={}
  images 8 []ContainerImage
  volumesInUse 9 []string
  volumesAttached 10 []AttachedVolume
  config 11 *NodeConfigStatus
  runtimeHandlers 12 []NodeRuntimeHandler
  features 13 *NodeFeatures
  declaredFeatures 14 []string
type NodeSwapStatus
  capacity 1 *int64
type NodeSystemInfo
  machineID 1 string required
  systemUUID 2 string required
  bootID 3 string required
  kernelVersion 4 string required
  osImage 5 string required
  containerRuntimeVersion 6 string required
  kubeletVersion 7 string required
  kubeProxyVersion 8 string required
  operatingSystem 9 string required
  architecture 10 string required
  swap 11 *NodeSwapStatus
type ObjectFieldSelector atomic
  apiVersion 1 string
  fieldPath 2 string required
type ObjectReference atomic
  kind 1 string
  namespace 2 string
  name 3 string
  uid 4 string
  apiVersion 5 string
  resourceVersion 6 string
  fieldPath 7 string
type PersistentVolume kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PersistentVolumeSpec zero={}
  status 3 PersistentVolumeStatus zero={}
type PersistentVolumeClaim kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PersistentVolumeClaimSpec zero={}
  status 3 PersistentVolumeClaimStatus zero={}
type PersistentVolumeClaimCondition
  type 1 string required
  status 2 string required
  lastProbeTime 3 Time
  lastTransitionTime 4 Time
  reason 5 string
  message 6 string
type PersistentVolumeClaimList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PersistentVolumeClaim required untyped
type PersistentVolumeClaimSpec
  accessModes 1 []string enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  selector 4 *meta/v1.LabelSelector
  resources 2 VolumeResourceRequirements zero={}
  volumeName 3 string
  storageClassName 5 *string
  volumeMode 6 *string enum=Block|Filesystem
  dataSource 7 *TypedLocalObjectReference
  dataSourceRef 8 *TypedObjectReference
  volumeAttributesClassName 9 *string
type PersistentVolumeClaimStatus
  phase 1 string enum=Bound|Lost|Pending
  accessModes 2 []string enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  capacity 3 map[]Quantity
  conditions 4 []PersistentVolumeClaimCondition map=type patch=merge
  allocatedResources 5 map[]Quantity
  allocatedResourceStatuses 7 map[]string granular enum=ControllerResizeInProgress|ControllerResizeInfeasible|NodeResizeInProgress|NodeResizeInfeasible|NodeResizePending
  currentVolumeAttributesClassName 8 *string
  modifyVolumeStatus 9 *ModifyVolumeStatus
type PersistentVolumeClaimTemplate
  metadata 1 meta/v1.ObjectMeta
  spec 2 PersistentVolumeClaimSpec required
type PersistentVolumeClaimVolumeSource
  claimName 1 string required
  readOnly 2 bool
type PersistentVolumeList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PersistentVolume required untyped
type PersistentVolumeSource
  gcePersistentDisk 1 *GCEPersistentDiskVolumeSource
  awsElasticBlockStore 2 *AWSElasticBlockStoreVolumeSource
  hostPath 3 *HostPathVolumeSource
  glusterfs 4 *GlusterfsPersistentVolumeSource
  nfs 5 *NFSVolumeSource
  rbd 6 *RBDPersistentVolumeSource
  iscsi 7 *ISCSIPersistentVolumeSource
  cinder 8 *CinderPersistentVolumeSource
  cephfs 9 *CephFSPersistentVolumeSource
  fc 10 *FCVolumeSource
  flocker 11 *FlockerVolumeSource
  flexVolume 12 *FlexPersistentVolumeSource
  azureFile 13 *AzureFilePersistentVolumeSource
  vsphereVolume 14 *VsphereVirtualDiskVolumeSource
  quobyte 15 *QuobyteVolumeSource
  azureDisk 16 *AzureDiskVolumeSource
  photonPersistentDisk 17 *PhotonPersistentDiskVolumeSource
  portworxVolume 18 *PortworxVolumeSource
  scaleIO 19 *ScaleIOPersistentVolumeSource
  local 20 *LocalVolumeSource
  storageos 21 *StorageOSPersistentVolumeSource
  csi 22 *CSIPersistentVolumeSource
type PersistentVolumeSpec
  capacity 1 map[]Quantity
  inline 2 PersistentVolumeSource persistentVolumeSource
  accessModes 3 []string enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
  claimRef 4 *ObjectReference granular
  persistentVolumeReclaimPolicy 5 string enum=Delete|Recycle|Retain
  storageClassName 6 string
  mountOptions 7 []string
  volumeMode 8 *string enum=Block|Filesystem
  nodeAffinity 9 *VolumeNodeAffinity
  volumeAttributesClassName 10 *string
type PersistentVolumeStatus
  phase 1 string enum=Available|Bound|Failed|Pending|Released
  message 2 string
  reason 3 string
  lastPhaseTransitionTime 4 *Time
type PhotonPersistentDiskVolumeSource
  pdID 1 string required
  fsType 2 string
type Pod kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PodSpec zero={}
  status 3 PodStatus zero={}
type PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution 2 []WeightedPodAffinityTerm
type PodAffinityTerm
  labelSelector 1 *meta/v1.LabelSelector
  namespaces 2 []string
  topologyKey 3 string required
  namespaceSelector 4 *meta/v1.LabelSelector
  matchLabelKeys 5 []string
  mismatchLabelKeys 6 []string
type PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution 2 []WeightedPodAffinityTerm
type PodCertificateProjection
  signerName 1 string required omit zero=null
  keyType 2 string required omit zero=null
  maxExpirationSeconds 3 *int32
  credentialBundlePath 4 string
  keyPath 5 string
  certificateChainPath 6 string
  userAnnotations 7 map[]string
type PodCondition
  type 1 string required
  observedGeneration 7 int64
  status 2 string required
  lastProbeTime 3 Time
  lastTransitionTime 4 Time
  reason 5 string
  message 6 string
type PodDNSConfig
  nameservers 1 []string
  searches 2 []string
  options 3 []PodDNSConfigOption
type PodDNSConfigOption
  name 1 string
  value 2 *string
type PodExtendedResourceClaimStatus
  requestMappings 1 []ContainerExtendedResourceRequest required
  resourceClaimName 2 string required
type PodIP
  ip 1 string required
type PodList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Pod required untyped
type PodOS
  name 1 string required
type PodReadinessGate
  conditionType 1 string required
type PodResourceClaim
  name 1 string required
  resourceClaimName 3 *string
  resourceClaimTemplateName 4 *string
type PodResourceClaimStatus
  name 1 string required
  resourceClaimName 2 *string
type PodSchedulingGate
  name 1 string required
type PodSchedulingGroup unions=[{"fields-to-discriminateBy":{"podGroupName":"PodGroupName"}}]
  podGroupName 1 *string
type PodSecurityContext
  seLinuxOptions 1 *SELinuxOptions
  windowsOptions 8 *WindowsSecurityContextOptions
  runAsUser 2 *int64
  runAsGroup 6 *int64
  runAsNonRoot 3 *bool
  supplementalGroups 4 []int64
  supplementalGroupsPolicy 12 *string enum=Merge|Strict
  fsGroup 5 *int64
  sysctls 7 []Sysctl
  fsGroupChangePolicy 9 *string enum=Always|OnRootMismatch
  seccompProfile 10 *SeccompProfile
  appArmorProfile 11 *AppArmorProfile
  seLinuxChangePolicy 13 *string
type PodSpec
  volumes 1 []Volume map=name patch=merge,retainKeys
  initContainers 20 []Container map=name patch=merge
  containers 2 []Container required map=name patch=merge
  ephemeralContainers 34 []EphemeralContainer map=name patch=merge
  restartPolicy 3 string enum=Always|Never|OnFailure
  terminationGracePeriodSeconds 4 *int64
  activeDeadlineSeconds 5 *int64
  dnsPolicy 6 string enum=ClusterFirst|ClusterFirstWithHostNet|Default|None
  nodeSelector 7 map[]string atomic
  serviceAccountName 8 string
  serviceAccount 9 string
  automountServiceAccountToken 21 *bool
  nodeName 10 string
  hostNetwork 11 bool
  hostPID 12 bool
  hostIPC 13 bool
  shareProcessNamespace 27 *bool
  securityContext 14 *PodSecurityContext
  imagePullSecrets 15 []LocalObjectReference map=name patch=merge
  hostname 16 string
  subdomain 17 string
  affinity 18 *Affinity
  schedulerName 19 string
  tolerations 22 []Toleration
  hostAliases 23 []HostAlias map=ip patch=merge
  priorityClassName 24 string
  priority 25 *int32
  dnsConfig 26 *PodDNSConfig
  readinessGates 28 []PodReadinessGate
  runtimeClassName 29 *string
  enableServiceLinks 30 *bool
  preemptionPolicy 31 *string enum=Never|PreemptLowerPriority
  overhead 32 map[]Quantity
  topologySpreadConstraints 33 []TopologySpreadConstraint map=topologyKey,whenUnsatisfiable patch=merge
  setHostnameAsFQDN 35 *bool
  os 36 *PodOS
  hostUsers 37 *bool
  schedulingGates 38 []PodSchedulingGate map=name patch=merge
  resourceClaims 39 []PodResourceClaim map=name patch=merge,retainKeys
  resources 40 *ResourceRequirements
  hostnameOverride 41 *string
  schedulingGroup 43 *PodSchedulingGroup
type PodStatus
  observedGeneration 17 int64
  phase 1 string enum=Failed|Pending|Running|Succeeded|Unknown
  conditions 2 []PodCondition map=type patch=merge
  message 3 string
  reason 4 string
  nominatedNodeName 11 string
  hostIP 5 string
  hostIPs 16 []HostIP patch=merge mergeKey=ip
  podIP 6 string
  podIPs 12 []PodIP map=ip patch=merge
  startTime 7 *Time
  initContainerStatuses 10 []ContainerStatus
  containerStatuses 8 []ContainerStatus
  qosClass 9 string enum=BestEffort|Burstable|Guaranteed
  ephemeralContainerStatuses 13 []ContainerStatus
  resize 14 string
  resourceClaimStatuses 15 []PodResourceClaimStatus map=name patch=merge,retainKeys
  extendedResourceClaimStatus 18 *PodExtendedResourceClaimStatus
  allocatedResources 19 map[]Quantity
  resources 20 *ResourceRequirements
  nodeAllocatableResourceClaimStatuses 21 []NodeAllocatableResourceClaimStatus
type PodTemplate kind
  metadata 1 meta/v1.ObjectMeta
  template 2 PodTemplateSpec zero={}
type PodTemplateList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PodTemplate required untyped
type PodTemplateSpec
  metadata 1 meta/v1.ObjectMeta
  spec 2 PodSpec zero={}
type PortStatus
  port 1 int32 required
  protocol 2 string required enum=SCTP|TCP|UDP
  error 3 *string
type PortworxVolumeSource
  volumeID 1 string required
  fsType 2 string
  readOnly 3 bool
type PreferredSchedulingTerm
  weight 1 int32 required
  preference 2 NodeSelectorTerm required
type Probe
  inline 1 ProbeHandler handler
  initialDelaySeconds 2 int32
  timeoutSeconds 3 int32
  periodSeconds 4 int32
  successThreshold 5 int32
  failureThreshold 6 int32
  terminationGracePeriodSeconds 7 *int64
type ProbeHandler
  exec 1 *ExecAction
  httpGet 2 *HTTPGetAction
  tcpSocket 3 *TCPSocketAction
  grpc 4 *GRPCAction
type ProjectedVolumeSource
  sources 1 []VolumeProjection emit
  defaultMode 2 *int32
type QuobyteVolumeSource
  registry 1 string required
  volume 2 string required
  readOnly 3 bool
  user 4 string
  group 5 string
  tenant 6 string
type RBDPersistentVolumeSource
  monitors 1 []string required
  image 2 string required
  fsType 3 string
  pool 4 string default="rbd"
  user 5 string default="admin"
  keyring 6 string default="/etc/ceph/keyring"
  secretRef 7 *SecretReference
  readOnly 8 bool
type RBDVolumeSource
  monitors 1 []string required
  image 2 string required
  fsType 3 string
  pool 4 string default="rbd"
  user 5 string default="admin"
  keyring 6 string default="/etc/ceph/keyring"
  secretRef 7 *LocalObjectReference
  readOnly 8 bool
type ReplicationController kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ReplicationControllerSpec zero={}
  status 3 ReplicationControllerStatus zero={}
type ReplicationControllerCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type ReplicationControllerList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ReplicationController required untyped
type ReplicationControllerSpec
  replicas 1 *int32 default=1
  minReadySeconds 4 int32 zero=0
  selector 2 map[]string atomic
  template 3 *PodTemplateSpec
type ReplicationControllerStatus
  replicas 1 int32 required
  fullyLabeledReplicas 2 int32
  readyReplicas 4 int32
  availableReplicas 5 int32
  observedGeneration 3 int64
  conditions 6 []ReplicationControllerCondition map=type patch=merge
type ResourceClaim
  name 1 string required
  request 2 string
type ResourceFieldSelector atomic
  containerName 1 string
  resource 2 string required
  divisor 3 Quantity
type ResourceHealth
  resourceID 1 string required
  health 2 string
  message 6 *string
type ResourceQuota kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ResourceQuotaSpec zero={}
  status 3 ResourceQuotaStatus zero={}
type ResourceQuotaList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ResourceQuota required untyped
type ResourceQuotaSpec
  hard 1 map[]Quantity
  scopes 2 []string enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
  scopeSelector 3 *ScopeSelector
type ResourceQuotaStatus
  hard 1 map[]Quantity
  used 2 map[]Quantity
type ResourceRequirements
  limits 1 map[]Quantity
  requests 2 map[]Quantity
  claims 3 []ResourceClaim map=name mergeKey=
type ResourceStatus
  name 1 string required
  resources 2 []ResourceHealth map=resourceID mergeKey=
type SELinuxOptions
  user 1 string
  role 2 string
  type 3 string
  level 4 string
type ScaleIOPersistentVolumeSource
  gateway 1 string required
  system 2 string required
  secretRef 3 *SecretReference required zero=null
  sslEnabled 4 bool
  protectionDomain 5 string
  storagePool 6 string
  storageMode 7 string default="ThinProvisioned"
  volumeName 8 string
  fsType 9 string default="xfs"
  readOnly 10 bool
type ScaleIOVolumeSource
  gateway 1 string required
  system 2 string required
  secretRef 3 *LocalObjectReference required zero=null
  sslEnabled 4 bool
  protectionDomain 5 string
  storagePool 6 string
  storageMode 7 string default="ThinProvisioned"
  volumeName 8 string
  fsType 9 string default="xfs"
  readOnly 10 bool
type ScopeSelector atomic
  matchExpressions 1 []ScopedResourceSelectorRequirement
type ScopedResourceSelectorRequirement
  scopeName 1 string required enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
  operator 2 string required enum=DoesNotExist|Exists|In|NotIn
  values 3 []string
type SeccompProfile unions=[{"discriminator":"type","fields-to-discriminateBy":{"localhostProfile":"LocalhostProfile"}}]
  type 1 string required enum=Localhost|RuntimeDefault|Unconfined
  localhostProfile 2 *string
type Secret kind
  metadata 1 meta/v1.ObjectMeta
  immutable 5 *bool
  data 2 map[]bytes
  stringData 4 map[]string
  type 3 string
type SecretEnvSource
  inline 1 LocalObjectReference localObjectReference
  optional 2 *bool
type SecretKeySelector atomic
  inline 1 LocalObjectReference localObjectReference
  key 2 string required
  optional 3 *bool
type SecretList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Secret required untyped
type SecretProjection
  inline 1 LocalObjectReference localObjectReference
  items 2 []KeyToPath
  optional 4 *bool
type SecretReference atomic
  name 1 string
  namespace 2 string
type SecretVolumeSource
  secretName 1 string
  items 2 []KeyToPath
  defaultMode 3 *int32
  optional 4 *bool
type SecurityContext
  capabilities 1 *Capabilities
  privileged 2 *bool
  seLinuxOptions 3 *SELinuxOptions
  windowsOptions 10 *WindowsSecurityContextOptions
  runAsUser 4 *int64
  runAsGroup 8 *int64
  runAsNonRoot 5 *bool
  readOnlyRootFilesystem 6 *bool
  allowPrivilegeEscalation 7 *bool
  procMount 9 *string enum=Default|Unmasked
  seccompProfile 11 *SeccompProfile
  appArmorProfile 12 *AppArmorProfile
type Service kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ServiceSpec zero={}
  status 3 ServiceStatus zero={}
type ServiceAccount kind
  metadata 1 meta/v1.ObjectMeta
  secrets 2 []ObjectReference map=name patch=merge
  imagePullSecrets 3 []LocalObjectReference
  automountServiceAccountToken 4 *bool
type ServiceAccountList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ServiceAccount required untyped
type ServiceAccountTokenProjection
  audience 1 string
  expirationSeconds 2 *int64
  path 3 string required
type ServiceList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Service required untyped
type ServicePort
  name 1 string
  protocol 2 string default="TCP" enum=SCTP|TCP|UDP
  appProtocol 6 *string
  port 3 int32 required
  targetPort 4 IntOrString
  nodePort 5 int32
type ServiceSpec
  ports 1 []ServicePort map=port,protocol patch=merge
  selector 2 map[]string atomic
  clusterIP 3 string
  clusterIPs 18 []string
  type 4 string enum=ClusterIP|ExternalName|LoadBalancer|NodePort
  externalIPs 5 []string
  sessionAffinity 7 string enum=ClientIP|None
  loadBalancerIP 8 string
  loadBalancerSourceRanges 9 []string
  externalName 10 string
  externalTrafficPolicy 11 string enum=Cluster|Local
  healthCheckNodePort 12 int32
  publishNotReadyAddresses 13 bool
  sessionAffinityConfig 14 *SessionAffinityConfig
  ipFamilies 19 []string enum=|IPv4|IPv6
  ipFamilyPolicy 17 *string enum=PreferDualStack|RequireDualStack|SingleStack
  allocateLoadBalancerNodePorts 20 *bool
  loadBalancerClass 21 *string
  internalTrafficPolicy 22 *string enum=Cluster|Local
  trafficDistribution 23 *string
type ServiceStatus
  loadBalancer 1 LoadBalancerStatus zero={}
  conditions 2 []meta/v1.Condition map=type patch=merge
type SessionAffinityConfig
  clientIP 1 *ClientIPConfig
type SleepAction
  seconds 1 int64 required
type StorageOSPersistentVolumeSource
  volumeName 1 string
  volumeNamespace 2 string
  fsType 3 string
  readOnly 4 bool
  secretRef 5 *ObjectReference
type StorageOSVolumeSource
  volumeName 1 string
  volumeNamespace 2 string
  fsType 3 string
  readOnly 4 bool
  secretRef 5 *LocalObjectReference
type Sysctl
  name 1 string required
  value 2 string required
type TCPSocketAction
  port 1 IntOrString required zero=null
  host 2 string
type Taint
  key 1 string required
  value 2 string
  effect 3 string required enum=NoExecute|NoSchedule|PreferNoSchedule
  timeAdded 4 *Time
type Toleration
  key 1 string
  operator 2 string enum=Equal|Exists|Gt|Lt
  value 3 string
  effect 4 string enum=NoExecute|NoSchedule|PreferNoSchedule
  tolerationSeconds 5 *int64
type TopologySelectorLabelRequirement
  key 1 string required
  values 2 []string required
type TopologySelectorTerm atomic
  matchLabelExpressions 1 []TopologySelectorLabelRequirement
type TopologySpreadConstraint
  maxSkew 1 int32 required
  topologyKey 2 string required
  whenUnsatisfiable 3 string required enum=DoNotSchedule|ScheduleAnyway
  labelSelector 4 *meta/v1.LabelSelector
  minDomains 5 *int32
  nodeAffinityPolicy 6 *string enum=Honor|Ignore
  nodeTaintsPolicy 7 *string enum=Honor|Ignore
  matchLabelKeys 8 []string
type TypedLocalObjectReference atomic
  apiGroup 1 *string emit
  kind 2 string required
  name 3 string required
type TypedObjectReference
  apiGroup 1 *string emit
  kind 2 string required
  name 3 string required
  namespace 4 *string
type Volume
  name 1 string required
  inline 2 VolumeSource volumeSource
type VolumeDevice
  name 1 string required
  devicePath 2 string required
type VolumeMount
  name 1 string required
  readOnly 2 bool
  recursiveReadOnly 7 *string
  mountPath 3 string required
  subPath 4 string
  mountPropagation 5 *string enum=Bidirectional|HostToContainer|None
  subPathExpr 6 string
type VolumeMountStatus
  name 1 string required
  mountPath 2 string required
  readOnly 3 bool
  recursiveReadOnly 4 *string
  volumeStatus 5 *VolumeStatus
type VolumeNodeAffinity
  required 1 *NodeSelector
type VolumeProjection
  secret 1 *SecretProjection
  downwardAPI 2 *DownwardAPIProjection
  configMap 3 *ConfigMapProjection
  serviceAccountToken 4 *ServiceAccountTokenProjection
  clusterTrustBundle 5 *ClusterTrustBundleProjection
  podCertificate 6 *PodCertificateProjection
type VolumeResourceRequirements
  limits 1 map[]Quantity
  requests 2 map[]Quantity
type VolumeSource
  hostPath 1 *HostPathVolumeSource
  emptyDir 2 *EmptyDirVolumeSource
  gcePersistentDisk 3 *GCEPersistentDiskVolumeSource
  awsElasticBlockStore 4 *AWSElasticBlockStoreVolumeSource
  gitRepo 5 *GitRepoVolumeSource
  secret 6 *SecretVolumeSource
  nfs 7 *NFSVolumeSource
  iscsi 8 *ISCSIVolumeSource
  glusterfs 9 *GlusterfsVolumeSource
  persistentVolumeClaim 10 *PersistentVolumeClaimVolumeSource
  rbd 11 *RBDVolumeSource
  flexVolume 12 *FlexVolumeSource
  cinder 13 *CinderVolumeSource
  cephfs 14 *CephFSVolumeSource
  flocker 15 *FlockerVolumeSource
  downwardAPI 16 *DownwardAPIVolumeSource
  fc 17 *FCVolumeSource
  azureFile 18 *AzureFileVolumeSource
  configMap 19 *ConfigMapVolumeSource
  vsphereVolume 20 *VsphereVirtualDiskVolumeSource
  quobyte 21 *QuobyteVolumeSource
  azureDisk 22 *AzureDiskVolumeSource
  photonPersistentDisk 23 *PhotonPersistentDiskVolumeSource
  projected 26 *ProjectedVolumeSource
  portworxVolume 24 *PortworxVolumeSource
  scaleIO 25 *ScaleIOVolumeSource
  storageos 27 *StorageOSVolumeSource
  csi 28 *CSIVolumeSource
  ephemeral 29 *EphemeralVolumeSource
  image 30 *ImageVolumeSource
type VolumeStatus
  image 1 *ImageVolumeStatus
type VsphereVirtualDiskVolumeSource
  volumePath 1 string required
  fsType 2 string
  storagePolicyName 3 string
  storagePolicyID 4 string
type WeightedPodAffinityTerm
  weight 1 int32 required
  podAffinityTerm 2 PodAffinityTerm required
type WindowsSecurityContextOptions
  gmsaCredentialSpecName 1 *string
  gmsaCredentialSpec 2 *string
  runAsUserName 3 *string
  hostProcess 4 *bool
`;

/** Every resource of Kubernetes 1.36: the notation is described in surface.ts. */
export default `
group core v1
  bindings Binding namespaced create
  componentstatuses ComponentStatus cluster get,list short=cs
  configmaps ConfigMap namespaced * short=cm
  endpoints Endpoints namespaced * short=ep
  events Event namespaced * short=ev
  limitranges LimitRange namespaced * short=limits
  namespaces Namespace cluster create,delete,get,list,patch,update,watch short=ns
    /finalize Namespace update
    /status Namespace get,patch,update
  nodes Node cluster * short=no
    /proxy NodeProxyOptions create,delete,get,patch,update
    /status Node get,patch,update
  persistentvolumeclaims PersistentVolumeClaim namespaced * short=pvc
    /status PersistentVolumeClaim get,patch,update
  persistentvolumes PersistentVolume cluster * short=pv
    /status PersistentVolume get,patch,update
  pods Pod namespaced * short=po in=all
    /attach PodAttachOptions create,get
    /binding Binding create
    /ephemeralcontainers Pod get,patch,update
    /eviction Eviction create as=policy/v1
    /exec PodExecOptions create,get
    /log Pod get
    /portforward PodPortForwardOptions create,get
    /proxy PodProxyOptions create,delete,get,patch,update
    /resize Pod get,patch,update
    /status Pod get,patch,update
  podtemplates PodTemplate namespaced *
  replicationcontrollers ReplicationController namespaced * short=rc in=all
    /scale Scale get,patch,update as=autoscaling/v1
    /status ReplicationController get,patch,update
  resourcequotas ResourceQuota namespaced * short=quota
    /status ResourceQuota get,patch,update
  secrets Secret namespaced *
  serviceaccounts ServiceAccount namespaced * short=sa
    /token TokenRequest create as=authentication.k8s.io/v1
  services Service namespaced * short=svc in=all
    /proxy ServiceProxyOptions create,delete,get,patch,update
    /status Service get,patch,update
group apiregistration.k8s.io v1
  apiservices APIService cluster * in=api-extensions
    /status APIService get,patch,update
group apps v1
  controllerrevisions ControllerRevision namespaced *
  daemonsets DaemonSet namespaced * short=ds in=all
    /status DaemonSet get,patch,update
  deployments Deployment namespaced * short=deploy in=all
    /scale Scale get,patch,update as=autoscaling/v1
    /status Deployment get,patch,update
  replicasets ReplicaSet namespaced * short=rs in=all
    /scale Scale get,patch,update as=autoscaling/v1
    /status ReplicaSet get,patch,update
  statefulsets StatefulSet namespaced * short=sts in=all
    /scale Scale get,patch,update as=autoscaling/v1
    /status StatefulSet get,patch,update
group events.k8s.io v1
  events Event namespaced * short=ev
group authentication.k8s.io v1
  selfsubjectreviews SelfSubjectReview cluster create
  tokenreviews TokenReview cluster create
group authorization.k8s.io v1
  localsubjectaccessreviews LocalSubjectAccessReview namespaced create
  selfsubjectaccessreviews SelfSubjectAccessReview cluster create
  selfsubjectrulesreviews SelfSubjectRulesReview cluster create
  subjectaccessreviews SubjectAccessReview cluster create
group autoscaling v2
  horizontalpodautoscalers HorizontalPodAutoscaler namespaced * short=hpa in=all
    /status HorizontalPodAutoscaler get,patch,update
group autoscaling v1
  horizontalpodautoscalers HorizontalPodAutoscaler namespaced * short=hpa in=all stored=autoscaling/v2
    /status HorizontalPodAutoscaler get,patch,update
group batch v1
  cronjobs CronJob namespaced * short=cj in=all
    /status CronJob get,patch,update
  jobs Job namespaced * in=all
    /status Job get,patch,update
group certificates.k8s.io v1
  certificatesigningrequests CertificateSigningRequest cluster * short=csr
    /approval CertificateSigningRequest get,patch,update
    /status CertificateSigningRequest get,patch,update
group certificates.k8s.io v1beta1 off
  clustertrustbundles ClusterTrustBundle cluster *
  podcertificaterequests PodCertificateRequest namespaced *
    /status PodCertificateRequest get,patch,update
group certificates.k8s.io v1alpha1 off
  clustertrustbundles ClusterTrustBundle cluster * stored=certificates.k8s.io/v1beta1
group networking.k8s.io v1
  ingressclasses IngressClass cluster *
  ingresses Ingress namespaced * short=ing
    /status Ingress get,patch,update
  ipaddresses IPAddress cluster * short=ip
  networkpolicies NetworkPolicy namespaced * short=netpol
  servicecidrs ServiceCIDR cluster *
    /status ServiceCIDR get,patch,update
group networking.k8s.io v1beta1 off
  ipaddresses IPAddress cluster * short=ip stored=networking.k8s.io/v1
  servicecidrs ServiceCIDR cluster * stored=networking.k8s.io/v1
    /status ServiceCIDR get,patch,update
group policy v1
  poddisruptionbudgets PodDisruptionBudget namespaced * short=pdb
    /status PodDisruptionBudget get,patch,update
group rbac.authorization.k8s.io v1
  clusterrolebindings ClusterRoleBinding cluster *
  clusterroles ClusterRole cluster *
  rolebindings RoleBinding namespaced *
  roles Role namespaced *
group storage.k8s.io v1
  csidrivers CSIDriver cluster *
  csinodes CSINode cluster *
  csistoragecapacities CSIStorageCapacity namespaced *
  storageclasses StorageClass cluster * short=sc
  volumeattachments VolumeAttachment cluster *
    /status VolumeAttachment get,patch,update
  volumeattributesclasses VolumeAttributesClass cluster * short=vac
group storage.k8s.io v1beta1 off
  volumeattributesclasses VolumeAttributesClass cluster * short=vac stored=storage.k8s.io/v1
group admissionregistration.k8s.io v1
  mutatingadmissionpolicies MutatingAdmissionPolicy cluster * in=api-extensions stored=admissionregistration.k8s.io/v1beta1
  mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster * in=api-extensions stored=admissionregistration.k8s.io/v1beta1
  mutatingwebhookconfigurations MutatingWebhookConfiguration cluster * in=api-extensions
  validatingadmissionpolicies ValidatingAdmissionPolicy cluster * in=api-extensions
    /status ValidatingAdmissionPolicy get,patch,update
  validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster * in=api-extensions
  validatingwebhookconfigurations ValidatingWebhookConfiguration cluster * in=api-extensions
group admissionregistration.k8s.io v1beta1 off
  mutatingadmissionpolicies MutatingAdmissionPolicy cluster * in=api-extensions
  mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster * in=api-extensions
group admissionregistration.k8s.io v1alpha1 off
  mutatingadmissionpolicies MutatingAdmissionPolicy cluster * in=api-extensions stored=admissionregistration.k8s.io/v1beta1
  mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster * in=api-extensions stored=admissionregistration.k8s.io/v1beta1
group apiextensions.k8s.io v1
  customresourcedefinitions CustomResourceDefinition cluster * short=crd,crds in=api-extensions stored=apiextensions.k8s.io/v1beta1
    /status CustomResourceDefinition get,patch,update
group scheduling.k8s.io v1
  priorityclasses PriorityClass cluster * short=pc
group scheduling.k8s.io v1alpha2 off
  podgroups PodGroup namespaced *
    /status PodGroup get,patch,update
  workloads Workload namespaced *
group coordination.k8s.io v1
  leases Lease namespaced *
group coordination.k8s.io v1beta1 off
  leasecandidates LeaseCandidate namespaced *
group coordination.k8s.io v1alpha2 off
  leasecandidates LeaseCandidate namespaced * stored=coordination.k8s.io/v1beta1
group node.k8s.io v1
  runtimeclasses RuntimeClass cluster *
group discovery.k8s.io v1
  endpointslices EndpointSlice namespaced *
group resource.k8s.io v1
  deviceclasses DeviceClass cluster *
  resourceclaims ResourceClaim namespaced *
    /status ResourceClaim get,patch,update
  resourceclaimtemplates ResourceClaimTemplate namespaced *
  resourceslices ResourceSlice cluster *
group resource.k8s.io v1beta2 off
  deviceclasses DeviceClass cluster * stored=resource.k8s.io/v1
  devicetaintrules DeviceTaintRule cluster * stored=resource.k8s.io/v1alpha3
    /status DeviceTaintRule get,patch,update
  resourceclaims ResourceClaim namespaced * stored=resource.k8s.io/v1
    /status ResourceClaim get,patch,update
  resourceclaimtemplates ResourceClaimTemplate namespaced * stored=resource.k8s.io/v1
  resourceslices ResourceSlice cluster * stored=resource.k8s.io/v1
group resource.k8s.io v1beta1 off
  deviceclasses DeviceClass cluster * stored=resource.k8s.io/v1
  resourceclaims ResourceClaim namespaced * stored=resource.k8s.io/v1
    /status ResourceClaim get,patch,update
  resourceclaimtemplates ResourceClaimTemplate namespaced * stored=resource.k8s.io/v1
  resourceslices ResourceSlice cluster * stored=resource.k8s.io/v1
group resource.k8s.io v1alpha3 off
  devicetaintrules DeviceTaintRule cluster *
    /status DeviceTaintRule get,patch,update
  resourcepoolstatusrequests ResourcePoolStatusRequest cluster *
    /status ResourcePoolStatusRequest get,patch,update
group flowcontrol.apiserver.k8s.io v1
  flowschemas FlowSchema cluster *
    /status FlowSchema get,patch,update
  prioritylevelconfigurations PriorityLevelConfiguration cluster *
    /status PriorityLevelConfiguration get,patch,update
group internal.apiserver.k8s.io v1alpha1 off
  storageversions StorageVersion cluster *
    /status StorageVersion get,patch,update
group storagemigration.k8s.io v1beta1 off
  storageversionmigrations StorageVersionMigration cluster *
    /status StorageVersionMigration get,patch,update
`;

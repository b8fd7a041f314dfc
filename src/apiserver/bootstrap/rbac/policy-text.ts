/**
 * Roles and bindings of a fresh cluster (plugin/pkg/auth/authorizer/rbac/bootstrappolicy, Kubernetes 1.36 with default feature gates), read by policy.ts:
 *
 *     clusterrole <name> [part-of=<role it is aggregated into>] [gathers=<role>] [to=<Kind:[namespace/]name,...|nobody>] [bound-as=<binding's name>]
 *     controller <name>            system:controller:<name>, bound to the service account kube-system/<name>
 *     role <namespace>/<name> ...
 *       <verbs> <groups> <resources> [named <names>]
 *       <verbs> url <paths>
 *       record-events              what every component needs to record events
 *
 * `read`, `write`, `readwrite` and `readupdate` stand for sets of verbs; `core` for the group ''.
 */
export default `
# For people: cluster-admin, and admin > edit > view, each gathered from its parts.
clusterrole admin gathers=admin
clusterrole cluster-admin to=Group:system:masters
  * * *
  * url *
clusterrole edit part-of=admin gathers=edit
clusterrole system:aggregate-to-admin part-of=admin
  create authorization.k8s.io localsubjectaccessreviews
  readwrite rbac.authorization.k8s.io rolebindings,roles
clusterrole system:aggregate-to-edit part-of=edit
  read core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
  impersonate core serviceaccounts
  write core pods,pods/attach,pods/exec,pods/portforward,pods/proxy
  create core pods/eviction
  write core configmaps,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
  create core serviceaccounts/token
  write core,events.k8s.io events
  write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
  write autoscaling horizontalpodautoscalers
  write batch cronjobs,jobs
  write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
  write policy poddisruptionbudgets
  write networking.k8s.io ingresses,networkpolicies
  readwrite coordination.k8s.io leases
  write resource.k8s.io resourceclaims,resourceclaimtemplates
clusterrole system:aggregate-to-view part-of=view
  read core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
  read core bindings,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
  read core namespaces
  read core,events.k8s.io events
  read discovery.k8s.io endpointslices
  read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
  read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
  read batch cronjobs,cronjobs/status,jobs,jobs/status
  read extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
  read policy poddisruptionbudgets,poddisruptionbudgets/status
  read networking.k8s.io ingresses,ingresses/status,networkpolicies
  read resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates
clusterrole view part-of=edit gathers=view
# For the parts of the system.
clusterrole system:auth-delegator
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
clusterrole system:basic-user to=Group:system:authenticated
  create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
  create authentication.k8s.io selfsubjectreviews
clusterrole system:certificates.k8s.io:certificatesigningrequests:nodeclient
  create certificates.k8s.io certificatesigningrequests/nodeclient
clusterrole system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
  create certificates.k8s.io certificatesigningrequests/selfnodeclient
clusterrole system:certificates.k8s.io:kube-apiserver-client-approver
  approve certificates.k8s.io signers named kubernetes.io/kube-apiserver-client
clusterrole system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
  approve certificates.k8s.io signers named kubernetes.io/kube-apiserver-client-kubelet
clusterrole system:certificates.k8s.io:kubelet-serving-approver
  approve certificates.k8s.io signers named kubernetes.io/kubelet-serving
clusterrole system:certificates.k8s.io:legacy-unknown-approver
  approve certificates.k8s.io signers named kubernetes.io/legacy-unknown
clusterrole system:discovery to=Group:system:authenticated
  get url /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
clusterrole system:heapster
  read core events,namespaces,nodes,pods
  read extensions deployments
clusterrole system:kube-aggregator
  read core endpoints,services
clusterrole system:kube-controller-manager to=User:system:kube-controller-manager
  record-events
  create coordination.k8s.io leases
  get,update coordination.k8s.io leases named kube-controller-manager
  create core secrets,serviceaccounts
  delete core secrets
  get core configmaps,namespaces,secrets,serviceaccounts
  update core secrets,serviceaccounts
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  list,watch * *
  create core serviceaccounts/token
clusterrole system:kube-dns to=ServiceAccount:kube-system/kube-dns
  list,watch core endpoints,services
clusterrole system:kube-scheduler to=User:system:kube-scheduler
  record-events
  create coordination.k8s.io leases
  get,list,update,watch coordination.k8s.io leases named kube-scheduler
  readwrite coordination.k8s.io leasecandidates
  read core nodes
  delete,get,list,watch core pods
  create core bindings,pods/binding
  patch,update core pods/status
  read core replicationcontrollers,services
  read apps,extensions replicasets
  read apps statefulsets
  read policy poddisruptionbudgets
  read core persistentvolumeclaims,persistentvolumes
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  read storage.k8s.io csinodes
  read storage.k8s.io volumeattachments
  read core namespaces
  read storage.k8s.io csidrivers
  read storage.k8s.io csistoragecapacities
  read resource.k8s.io deviceclasses
  readupdate resource.k8s.io resourceclaims
  readupdate resource.k8s.io resourceclaims/status
  update core pods/finalizers
  read resource.k8s.io resourceslices
  create,delete resource.k8s.io resourceclaims
  patch,update resource.k8s.io resourceclaims/binding
clusterrole system:kubelet-api-admin
  read core nodes
  proxy core nodes
  * core nodes/log,nodes/metrics,nodes/proxy,nodes/stats
  * core nodes/configz,nodes/healthz,nodes/pods
clusterrole system:monitoring to=Group:system:monitoring
  get url /flagz,/healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*,/statusz
  get core nodes/metrics
clusterrole system:node to=nobody
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
  read core services
  create,get,list,watch core nodes
  patch,update core nodes/status
  patch,update core nodes
  record-events
  read core pods
  create,delete core pods
  patch,update core pods/status
  create core pods/eviction
  read core configmaps,secrets
  get core persistentvolumeclaims,persistentvolumes
  get core endpoints
  create,get,list,watch certificates.k8s.io certificatesigningrequests
  create,delete,get,patch,update coordination.k8s.io leases
  get storage.k8s.io volumeattachments
  create core serviceaccounts/token
  get,patch,update core persistentvolumeclaims/status
  read storage.k8s.io csidrivers
  create,delete,get,patch,update storage.k8s.io csinodes
  read node.k8s.io runtimeclasses
  get resource.k8s.io resourceclaims
  deletecollection resource.k8s.io resourceslices
  get core serviceaccounts
clusterrole system:node-bootstrapper
  create,get,list,watch certificates.k8s.io certificatesigningrequests
clusterrole system:node-problem-detector
  get core nodes
  patch core nodes/status
  record-events
clusterrole system:node-proxier to=User:system:kube-proxy
  list,watch core endpoints,services
  read core nodes
  record-events
  list,watch networking.k8s.io servicecidrs
  list,watch discovery.k8s.io endpointslices
clusterrole system:persistent-volume-provisioner
  create,delete,get,list,watch core persistentvolumes
  get,list,update,watch core persistentvolumeclaims
  read storage.k8s.io storageclasses
  watch core events
  record-events
clusterrole system:public-info-viewer to=Group:system:authenticated,Group:system:unauthenticated
  get url /healthz,/livez,/readyz,/version,/version/
clusterrole system:service-account-issuer-discovery to=Group:system:serviceaccounts
  get url /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/
clusterrole system:volume-scheduler to=User:system:kube-scheduler
  readupdate core persistentvolumes
  read storage.k8s.io storageclasses
  readupdate core persistentvolumeclaims
# One for each controller, so that each can do only its own work.
controller attachdetach-controller
  list,watch core persistentvolumeclaims,persistentvolumes
  read core nodes
  patch,update core nodes/status
  list,watch core pods
  record-events
  create,delete,get,list,watch storage.k8s.io volumeattachments
  read storage.k8s.io csidrivers
  read storage.k8s.io csinodes
controller certificate-controller
  delete,get,list,watch certificates.k8s.io certificatesigningrequests
  update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status
  approve certificates.k8s.io signers named kubernetes.io/kube-apiserver-client-kubelet
  sign certificates.k8s.io signers named kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown
  create authorization.k8s.io subjectaccessreviews
  record-events
controller clusterrole-aggregation-controller
  escalate,get,list,patch,update,watch rbac.authorization.k8s.io clusterroles
controller cronjob-controller
  get,list,update,watch batch cronjobs
  create,delete,get,list,patch,update,watch batch jobs
  update batch cronjobs/status
  update batch cronjobs/finalizers
  delete,list,watch core pods
  record-events
controller daemon-set-controller
  read apps,extensions daemonsets
  update apps,extensions daemonsets/status
  update apps,extensions daemonsets/finalizers
  list,watch core nodes
  create,delete,list,patch,watch core pods
  create core pods/binding
  create,delete,get,list,patch,update,watch apps controllerrevisions
  record-events
controller deployment-controller
  get,list,update,watch apps,extensions deployments
  update apps,extensions deployments/status
  update apps,extensions deployments/finalizers
  create,delete,get,list,patch,update,watch apps,extensions replicasets
  get,list,update,watch core pods
  record-events
controller device-taint-eviction-controller
  delete,get,list,watch core pods
  patch,update core pods/status
  read resource.k8s.io resourceclaims
  read resource.k8s.io resourceslices
  read resource.k8s.io deviceclasses
  record-events
controller disruption-controller
  read apps,extensions deployments
  read apps,extensions replicasets
  read core replicationcontrollers
  read policy poddisruptionbudgets
  read apps statefulsets
  update policy poddisruptionbudgets/status
  patch,update core pods/status
  get * */scale
  record-events
controller endpoint-controller
  read core pods,services
  create,delete,get,list,update,watch core endpoints
  create core endpoints/restricted
  record-events
controller endpointslice-controller
  read core nodes,pods,services
  update core services/finalizers
  create,delete,get,list,update,watch discovery.k8s.io endpointslices
  record-events
controller endpointslicemirroring-controller
  read core endpoints,services
  update core services/finalizers
  update core endpoints/finalizers
  create,delete,get,list,update,watch discovery.k8s.io endpointslices
  record-events
controller ephemeral-volume-controller
  read core pods
  update core pods/finalizers
  create,get,list,watch core persistentvolumeclaims
  record-events
controller expand-controller
  readupdate core persistentvolumes
  patch,update core persistentvolumeclaims/status
  read core persistentvolumeclaims
  record-events
controller generic-garbage-collector
  delete,get,list,patch,update,watch * *
  record-events
controller horizontal-pod-autoscaler
  read autoscaling horizontalpodautoscalers
  update autoscaling horizontalpodautoscalers/status
  get,update * */scale
  list,watch core pods
  list,watch metrics.k8s.io pods
  read custom.metrics.k8s.io *
  read external.metrics.k8s.io *
  record-events
controller job-controller
  readupdate batch jobs
  update batch jobs/status
  update batch jobs/finalizers
  create,delete,list,patch,watch core pods
  record-events
controller legacy-service-account-token-cleaner
  get core configmaps named kube-apiserver-legacy-service-account-token-tracking
  delete,patch core secrets
controller namespace-controller
  delete,get,list,watch core namespaces
  update core namespaces/finalize,namespaces/status
  delete,deletecollection,get,list,watch * *
controller node-controller
  delete,get,list,patch,update,watch core nodes
  patch,update core nodes/status
  patch,update core pods/status
  delete,get,list,watch core pods
  record-events
controller persistent-volume-binder
  create,delete,get,list,update,watch core persistentvolumes
  update core persistentvolumes/status
  get,list,update,watch core persistentvolumeclaims
  update core persistentvolumeclaims/status
  create,delete,get,list,watch core pods
  read storage.k8s.io storageclasses
  list,watch core nodes
  record-events
  watch core events
controller pod-garbage-collector
  delete,list,watch core pods
  read core nodes
  patch core pods/status
controller pv-protection-controller
  get,list,update,watch core persistentvolumes
  record-events
controller pvc-protection-controller
  get,list,update,watch core persistentvolumeclaims
  update core persistentvolumeclaims/status
  read core pods
  record-events
controller replicaset-controller
  get,list,update,watch apps,extensions replicasets
  update apps,extensions replicasets/status
  update apps,extensions replicasets/finalizers
  create,delete,list,patch,watch core pods
  record-events
controller replication-controller
  get,list,update,watch core replicationcontrollers
  update core replicationcontrollers/status
  update core replicationcontrollers/finalizers
  create,delete,list,patch,watch core pods
  record-events
controller resource-claim-controller
  read core pods
  update core pods/finalizers
  create,delete,get,list,watch resource.k8s.io resourceclaims
  patch,update resource.k8s.io resourceclaims,resourceclaims/status
  patch,update core pods/status
  record-events
  patch,update resource.k8s.io resourceclaims/binding
controller resourcequota-controller
  list,watch * *
  update core resourcequotas/status
  record-events
controller root-ca-cert-publisher
  create,update core configmaps
  record-events
controller route-controller
  list,watch core nodes
  patch core nodes/status
  record-events
controller selinux-warning-controller
  record-events
  read core persistentvolumes
  read core persistentvolumeclaims
  read core pods
  read storage.k8s.io csidrivers
controller service-account-controller
  create core serviceaccounts
  record-events
controller service-cidrs-controller
  readupdate networking.k8s.io servicecidrs
  patch,update networking.k8s.io servicecidrs/finalizers
  patch,update networking.k8s.io servicecidrs/status
  read networking.k8s.io ipaddresses
  record-events
controller service-controller
  read core services
  patch,update core services/status
  list,watch core nodes
  record-events
controller statefulset-controller
  list,watch core pods
  read apps statefulsets
  update apps statefulsets/status
  update apps statefulsets/finalizers
  create,delete,get,patch,update core pods
  create,delete,get,list,patch,update,watch apps controllerrevisions
  create,get,list,watch core persistentvolumeclaims
  delete,update core persistentvolumeclaims
  update core pods/finalizers
  record-events
controller ttl-after-finished-controller
  delete,get,list,watch batch jobs
  record-events
controller ttl-controller
  list,patch,update,watch core nodes
  record-events
controller validatingadmissionpolicy-status-controller
  read admissionregistration.k8s.io validatingadmissionpolicies
  get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status
  record-events
controller volumeattributesclass-protection-controller
  read core persistentvolumeclaims
  read core persistentvolumes
  get,list,update,watch storage.k8s.io volumeattributesclasses
  record-events
# In the namespaces of the system.
role kube-public/system:controller:bootstrap-signer to=ServiceAccount:kube-system/bootstrap-signer
  read core configmaps
  update core configmaps named cluster-info
  record-events
role kube-system/extension-apiserver-authentication-reader to=User:system:kube-controller-manager,User:system:kube-scheduler bound-as=system::extension-apiserver-authentication-reader
  read core configmaps named extension-apiserver-authentication
role kube-system/system::leader-locking-kube-controller-manager to=User:system:kube-controller-manager,ServiceAccount:kube-system/kube-controller-manager,ServiceAccount:kube-system/leader-election-controller
  create,get,list,update,watch coordination.k8s.io leases
  create,get,list,update,watch coordination.k8s.io leasecandidates
role kube-system/system::leader-locking-kube-scheduler to=User:system:kube-scheduler,ServiceAccount:kube-system/kube-scheduler
  create,get,list,update,watch coordination.k8s.io leases
  create,get,list,update,watch coordination.k8s.io leasecandidates
role kube-system/system:controller:bootstrap-signer to=ServiceAccount:kube-system/bootstrap-signer
  read core secrets
role kube-system/system:controller:cloud-provider to=ServiceAccount:kube-system/cloud-provider
  create,get,list,watch core configmaps
role kube-system/system:controller:token-cleaner to=ServiceAccount:kube-system/token-cleaner
  delete,get,list,watch core secrets
  record-events
`;

/** Which table each built-in resource has, by `group/resource`; the others print name and age. */
import { apiServiceTable } from './apiregistration/apiservices/table.ts';
import { certificateSigningRequestTable } from './certificates/certificatesigningrequests/table.ts';
import { clusterRoleBindingTable } from './rbac/clusterrolebindings/table.ts';
import { clusterTrustBundleTable } from './certificates/clustertrustbundles/table.ts';
import { configMapTable } from './core/configmaps/table.ts';
import { controllerRevisionTable } from './apps/controllerrevisions/table.ts';
import { cronJobTable } from './batch/cronjobs/table.ts';
import { csiDriverTable } from './storage/csidrivers/table.ts';
import { csiNodeTable } from './storage/csinodes/table.ts';
import { daemonSetTable } from './apps/daemonsets/table.ts';
import { deploymentTable } from './apps/deployments/table.ts';
import { deviceClassTable } from './resource/deviceclasses/table.ts';
import { deviceTaintRuleTable } from './resource/devicetaintrules/table.ts';
import { endpointSliceTable } from './discovery/endpointslices/table.ts';
import { endpointsTable } from './core/endpoints/table.ts';
import { eventTable } from './core/events/table.ts';
import { flowSchemaTable } from './flowcontrol/flowschemas/table.ts';
import { horizontalPodAutoscalerTable } from './autoscaling/horizontalpodautoscalers/table.ts';
import { ingressClassTable } from './networking/ingressclasses/table.ts';
import { ingressTable } from './networking/ingresses/table.ts';
import { ipAddressTable } from './networking/ipaddresses/table.ts';
import { jobTable } from './batch/jobs/table.ts';
import { leaseCandidateTable } from './coordination/leasecandidates/table.ts';
import { leaseTable } from './coordination/leases/table.ts';
import { mutatingAdmissionPolicyBindingTable } from './admissionregistration/mutatingadmissionpolicybindings/table.ts';
import { mutatingAdmissionPolicyTable } from './admissionregistration/mutatingadmissionpolicies/table.ts';
import { mutatingWebhookConfigurationTable } from './admissionregistration/mutatingwebhookconfigurations/table.ts';
import { namespaceTable } from './core/namespaces/table.ts';
import { networkPolicyTable } from './networking/networkpolicies/table.ts';
import { nodeTable } from './core/nodes/table.ts';
import { persistentVolumeClaimTable } from './core/persistentvolumeclaims/table.ts';
import { persistentVolumeTable } from './core/persistentvolumes/table.ts';
import { podCertificateRequestTable } from './certificates/podcertificaterequests/table.ts';
import { podDisruptionBudgetTable } from './policy/poddisruptionbudgets/table.ts';
import { podGroupTable } from './scheduling/podgroups/table.ts';
import { podTable } from './core/pods/table.ts';
import { podTemplateTable } from './core/podtemplates/table.ts';
import { priorityClassTable } from './scheduling/priorityclasses/table.ts';
import { priorityLevelConfigurationTable } from './flowcontrol/prioritylevelconfigurations/table.ts';
import { replicaSetTable } from './apps/replicasets/table.ts';
import { replicationControllerTable } from './core/replicationcontrollers/table.ts';
import { resourceClaimTable } from './resource/resourceclaims/table.ts';
import { resourceClaimTemplateTable } from './resource/resourceclaimtemplates/table.ts';
import { resourcePoolStatusRequestTable } from './resource/resourcepoolstatusrequests/table.ts';
import { resourceQuotaTable } from './core/resourcequotas/table.ts';
import { resourceSliceTable } from './resource/resourceslices/table.ts';
import { roleBindingTable } from './rbac/rolebindings/table.ts';
import { runtimeClassTable } from './node/runtimeclasses/table.ts';
import { secretTable } from './core/secrets/table.ts';
import { serviceAccountTable } from './core/serviceaccounts/table.ts';
import { serviceCIDRTable } from './networking/servicecidrs/table.ts';
import { serviceTable } from './core/services/table.ts';
import { statefulSetTable } from './apps/statefulsets/table.ts';
import { storageClassTable } from './storage/storageclasses/table.ts';
import { storageVersionMigrationTable } from './storagemigration/storageversionmigrations/table.ts';
import { storageVersionTable } from './apiserverinternal/storageversions/table.ts';
import { validatingAdmissionPolicyBindingTable } from './admissionregistration/validatingadmissionpolicybindings/table.ts';
import { validatingAdmissionPolicyTable } from './admissionregistration/validatingadmissionpolicies/table.ts';
import { validatingWebhookConfigurationTable } from './admissionregistration/validatingwebhookconfigurations/table.ts';
import { volumeAttachmentTable } from './storage/volumeattachments/table.ts';
import { volumeAttributesClassTable } from './storage/volumeattributesclasses/table.ts';
import { workloadTable } from './scheduling/workloads/table.ts';
import type { TableConverter } from './strategy.ts';

export const tables: Readonly<Record<string, TableConverter>> = {
  '/configmaps': configMapTable,
  '/endpoints': endpointsTable,
  '/events': eventTable,
  '/namespaces': namespaceTable,
  '/nodes': nodeTable,
  '/persistentvolumeclaims': persistentVolumeClaimTable,
  '/persistentvolumes': persistentVolumeTable,
  '/pods': podTable,
  '/podtemplates': podTemplateTable,
  '/replicationcontrollers': replicationControllerTable,
  '/resourcequotas': resourceQuotaTable,
  '/secrets': secretTable,
  '/serviceaccounts': serviceAccountTable,
  '/services': serviceTable,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': mutatingAdmissionPolicyTable,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': mutatingAdmissionPolicyBindingTable,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': mutatingWebhookConfigurationTable,
  'admissionregistration.k8s.io/validatingadmissionpolicies': validatingAdmissionPolicyTable,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': validatingAdmissionPolicyBindingTable,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': validatingWebhookConfigurationTable,
  'apiregistration.k8s.io/apiservices': apiServiceTable,
  'apps/controllerrevisions': controllerRevisionTable,
  'apps/daemonsets': daemonSetTable,
  'apps/deployments': deploymentTable,
  'apps/replicasets': replicaSetTable,
  'apps/statefulsets': statefulSetTable,
  'autoscaling/horizontalpodautoscalers': horizontalPodAutoscalerTable,
  'batch/cronjobs': cronJobTable,
  'batch/jobs': jobTable,
  'certificates.k8s.io/certificatesigningrequests': certificateSigningRequestTable,
  'certificates.k8s.io/clustertrustbundles': clusterTrustBundleTable,
  'certificates.k8s.io/podcertificaterequests': podCertificateRequestTable,
  'coordination.k8s.io/leasecandidates': leaseCandidateTable,
  'coordination.k8s.io/leases': leaseTable,
  'discovery.k8s.io/endpointslices': endpointSliceTable,
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchemaTable,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelConfigurationTable,
  'internal.apiserver.k8s.io/storageversions': storageVersionTable,
  'networking.k8s.io/ingressclasses': ingressClassTable,
  'networking.k8s.io/ingresses': ingressTable,
  'networking.k8s.io/ipaddresses': ipAddressTable,
  'networking.k8s.io/networkpolicies': networkPolicyTable,
  'networking.k8s.io/servicecidrs': serviceCIDRTable,
  'node.k8s.io/runtimeclasses': runtimeClassTable,
  'policy/poddisruptionbudgets': podDisruptionBudgetTable,
  'rbac.authorization.k8s.io/clusterrolebindings': clusterRoleBindingTable,
  'rbac.authorization.k8s.io/rolebindings': roleBindingTable,
  'resource.k8s.io/deviceclasses': deviceClassTable,
  'resource.k8s.io/devicetaintrules': deviceTaintRuleTable,
  'resource.k8s.io/resourceclaims': resourceClaimTable,
  'resource.k8s.io/resourceclaimtemplates': resourceClaimTemplateTable,
  'resource.k8s.io/resourcepoolstatusrequests': resourcePoolStatusRequestTable,
  'resource.k8s.io/resourceslices': resourceSliceTable,
  'scheduling.k8s.io/podgroups': podGroupTable,
  'scheduling.k8s.io/priorityclasses': priorityClassTable,
  'scheduling.k8s.io/workloads': workloadTable,
  'storage.k8s.io/csidrivers': csiDriverTable,
  'storage.k8s.io/csinodes': csiNodeTable,
  'storage.k8s.io/storageclasses': storageClassTable,
  'storage.k8s.io/volumeattachments': volumeAttachmentTable,
  'storage.k8s.io/volumeattributesclasses': volumeAttributesClassTable,
  'storagemigration.k8s.io/storageversionmigrations': storageVersionMigrationTable,
};

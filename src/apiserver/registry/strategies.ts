/** Which strategy each built-in resource has, by `group/resource`. A resource without one has only the generic rules. */
import { apiServiceStrategy } from './apiregistration/apiservices/strategy.ts';
import { customResourceDefinitionStrategy } from './apiextensions/customresourcedefinitions/strategy.ts';
import { controllerRevisionStrategy } from './apps/controllerrevisions/strategy.ts';
import { daemonSetStrategy } from './apps/daemonsets/strategy.ts';
import { deploymentStrategy } from './apps/deployments/strategy.ts';
import { replicaSetStrategy } from './apps/replicasets/strategy.ts';
import { statefulSetStrategy } from './apps/statefulsets/strategy.ts';
import { cronJobStrategy } from './batch/cronjobs/strategy.ts';
import { jobStrategy } from './batch/jobs/strategy.ts';
import { certificateSigningRequestStrategy } from './certificates/certificatesigningrequests/strategy.ts';
import { endpointsStrategy } from './core/endpoints/strategy.ts';
import { eventStrategy } from './core/events/strategy.ts';
import { limitRangeStrategy } from './core/limitranges/strategy.ts';
import { namespaceStrategy } from './core/namespaces/strategy.ts';
import { nodeStrategy } from './core/nodes/strategy.ts';
import { persistentVolumeClaimStrategy } from './core/persistentvolumeclaims/strategy.ts';
import { persistentVolumeStrategy } from './core/persistentvolumes/strategy.ts';
import { podTemplateStrategy } from './core/podtemplates/strategy.ts';
import { podStrategy } from './core/pods/strategy.ts';
import { replicationControllerStrategy } from './core/replicationcontrollers/strategy.ts';
import { configMapStrategy } from './core/configmaps/strategy.ts';
import { ipAddressStrategy } from './networking/ipaddresses/strategy.ts';
import { resourceQuotaStrategy } from './core/resourcequotas/strategy.ts';
import { secretStrategy } from './core/secrets/strategy.ts';
import { serviceAccountStrategy } from './core/serviceaccounts/strategy.ts';
import type { ServiceAllocatorOptions } from './core/services/allocator.ts';
import { createServiceStrategy } from './core/services/strategy.ts';
import { horizontalPodAutoscalerStrategy } from './autoscaling/horizontalpodautoscalers/strategy.ts';
import { endpointSliceStrategy } from './discovery/endpointslices/strategy.ts';
import { ingressClassStrategy } from './networking/ingressclasses/strategy.ts';
import { ingressStrategy } from './networking/ingresses/strategy.ts';
import { networkPolicyStrategy } from './networking/networkpolicies/strategy.ts';
import { serviceCidrStrategy } from './networking/servicecidrs/strategy.ts';
import { podDisruptionBudgetStrategy } from './policy/poddisruptionbudgets/strategy.ts';
import { deviceTaintRuleStrategy } from './resource/devicetaintrules/strategy.ts';
import { resourceClaimStrategy } from './resource/resourceclaims/strategy.ts';
import type { Strategy } from './strategy.ts';
import { nameIsPathSegment } from './validate-meta.ts';

export type StrategyOptions = ServiceAllocatorOptions;

export function builtinStrategies(options: StrategyOptions): Readonly<Record<string, Strategy>> {
  return { ...fixed, '/services': createServiceStrategy(options) };
}

const rbacStrategy: Strategy = { validateName: nameIsPathSegment, allowCreateOnUpdate: true };
/** Updates must say which version they replace. */
const conditional: Strategy = { allowUnconditionalUpdate: false };

const fixed: Readonly<Record<string, Strategy>> = {
  '/endpoints': endpointsStrategy,
  '/events': eventStrategy,
  '/limitranges': limitRangeStrategy,
  '/namespaces': namespaceStrategy,
  '/nodes': nodeStrategy,
  '/persistentvolumeclaims': persistentVolumeClaimStrategy,
  '/persistentvolumes': persistentVolumeStrategy,
  '/pods': podStrategy,
  '/podtemplates': podTemplateStrategy,
  '/replicationcontrollers': replicationControllerStrategy,
  '/configmaps': configMapStrategy,
  '/resourcequotas': resourceQuotaStrategy,
  '/secrets': secretStrategy,
  '/serviceaccounts': serviceAccountStrategy,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': conditional,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': conditional,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': conditional,
  'admissionregistration.k8s.io/validatingadmissionpolicies': conditional,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': conditional,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': conditional,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitionStrategy,
  'apiregistration.k8s.io/apiservices': apiServiceStrategy,
  'apps/controllerrevisions': controllerRevisionStrategy,
  'apps/daemonsets': daemonSetStrategy,
  'apps/deployments': deploymentStrategy,
  'apps/replicasets': replicaSetStrategy,
  'apps/statefulsets': statefulSetStrategy,
  'batch/cronjobs': cronJobStrategy,
  'batch/jobs': jobStrategy,
  'certificates.k8s.io/certificatesigningrequests': certificateSigningRequestStrategy,
  'certificates.k8s.io/clustertrustbundles': conditional,
  'certificates.k8s.io/podcertificaterequests': conditional,
  'coordination.k8s.io/leasecandidates': { allowCreateOnUpdate: true, allowUnconditionalUpdate: false },
  'coordination.k8s.io/leases': { allowCreateOnUpdate: true, allowUnconditionalUpdate: false },
  'internal.apiserver.k8s.io/storageversions': conditional,
  'node.k8s.io/runtimeclasses': { allowCreateOnUpdate: true, allowUnconditionalUpdate: false },
  'autoscaling/horizontalpodautoscalers': horizontalPodAutoscalerStrategy,
  'discovery.k8s.io/endpointslices': endpointSliceStrategy,
  'networking.k8s.io/ingressclasses': ingressClassStrategy,
  'networking.k8s.io/ingresses': ingressStrategy,
  'networking.k8s.io/ipaddresses': ipAddressStrategy,
  'networking.k8s.io/networkpolicies': networkPolicyStrategy,
  'networking.k8s.io/servicecidrs': serviceCidrStrategy,
  'policy/poddisruptionbudgets': podDisruptionBudgetStrategy,
  'rbac.authorization.k8s.io/clusterroles': rbacStrategy,
  'rbac.authorization.k8s.io/clusterrolebindings': rbacStrategy,
  'rbac.authorization.k8s.io/roles': rbacStrategy,
  'rbac.authorization.k8s.io/rolebindings': rbacStrategy,
  'resource.k8s.io/devicetaintrules': deviceTaintRuleStrategy,
  'resource.k8s.io/resourceclaims': resourceClaimStrategy,
  'resource.k8s.io/resourcepoolstatusrequests': conditional,
  'storage.k8s.io/csidrivers': conditional,
  'storage.k8s.io/csinodes': conditional,
  'storage.k8s.io/csistoragecapacities': conditional,
  'storage.k8s.io/volumeattachments': conditional,
  'storagemigration.k8s.io/storageversionmigrations': conditional,
};

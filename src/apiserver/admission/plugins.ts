/** Every plugin in the order they run in, and which of them are on (pkg/kubeapiserver/options/plugins.go). */
import type { Clock, Random } from '../../base/clock.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { alwaysAdmit, alwaysDeny } from './always.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { certificateApproval } from './certificates/certificate-approval.ts';
import { certificateSigning } from './certificates/certificate-signing.ts';
import { certificateSubjectRestriction } from './certificates/certificate-subject-restriction.ts';
import { clusterTrustBundleAttest } from './certificates/cluster-trust-bundle-attest.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds, type DefaultTolerationOptions } from './default-toleration-seconds.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';
import { eventRateLimit, type EventLimit } from './event-rate-limit.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { limitPodHardAntiAffinityTopology } from './limit-pod-hard-anti-affinity-topology.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceAutoProvision } from './namespace-auto-provision.ts';
import { namespaceExists } from './namespace-exists.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { ownerReferencesPermissionEnforcement, type OwnerReferencesOptions } from './owner-references-permission-enforcement.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { expressionValidation } from './policy/expression-validation.ts';
import { mutatingAdmissionPolicy } from './policy/mutating-policy.ts';
import type { PolicyOptions } from './policy/policy-options.ts';
import { validatingAdmissionPolicy } from './policy/validating-policy.ts';
import { webhookConditions } from './policy/conditions.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podResizeValidator } from './pod-resize-validator.ts';
import { podSecurity, type PodSecurityOptions } from './pod-security.ts';
import { podTolerationRestriction, type PodTolerationOptions } from './pod-toleration-restriction.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import type { LimitedResource } from './resource-quota/check-request.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { mutatingWebhooks } from './webhook/mutating-webhooks.ts';
import { validatingWebhooks, type WebhookOptions } from './webhook/validating-webhooks.ts';

export interface AdmissionOptions {
  readonly registry: RegistryReader;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  /** The resources that serve a kind, for owner references; none when left out. */
  readonly findKind?: OwnerReferencesOptions['findKind'];
  /** How to call registered webhooks; without it they are not called. */
  readonly webhooks?: Pick<WebhookOptions, 'client' | 'forms' | 'log' | 'evaluateConditions'>;
  /** How to find the parameters of policies; without it policies are not evaluated. */
  readonly findParamKind?: PolicyOptions['findKind'];
  /** `--enable-admission-plugins` and `--disable-admission-plugins`. */
  readonly enable?: readonly string[];
  readonly disable?: readonly string[];
  readonly tolerationSeconds?: DefaultTolerationOptions;
  /** Parts of `--admission-control-config-file`. */
  readonly eventLimits?: readonly EventLimit[];
  readonly limitedResources?: readonly LimitedResource[];
  readonly podNodeSelectors?: Readonly<Record<string, string>>;
  readonly podSecurity?: Omit<PodSecurityOptions, 'registry'>;
  readonly podTolerations?: Omit<PodTolerationOptions, 'registry'>;
}

/** The plugins that are on, in order. Throws when a name is unknown, or both enabled and disabled. */
export function admissionPlugins(options: AdmissionOptions): AdmissionPlugin[] {
  const table = allPlugins(options);
  const known = new Set(table.map(([plugin]) => plugin.name));
  const { enable = [], disable = [] } = options;
  for (const name of [...enable, ...disable]) if (!known.has(name)) throw new Error(`unknown admission plugin: ${JSON.stringify(name)}`);
  const both = enable.find((name) => disable.includes(name));
  if (both) throw new Error(`[${both}] in enable-admission-plugins and disable-admission-plugins overlapped`);
  return table.filter(([plugin, on]) => (on || enable.includes(plugin.name)) && !disable.includes(plugin.name)).map(([plugin]) => plugin);
}

/** plugin, on by default */
function allPlugins(o: AdmissionOptions): (readonly [AdmissionPlugin, boolean])[] {
  const { registry, authorizer } = o;
  const webhooks = o.webhooks && { evaluateConditions: webhookConditions(authorizer), ...o.webhooks, registry, random: o.random };
  const policies = o.webhooks && o.findParamKind && { registry, authorizer, forms: o.webhooks.forms, findKind: o.findParamKind };
  return [
    [alwaysAdmit, false],
    [namespaceAutoProvision(registry), false],
    [namespaceLifecycle(registry), true],
    [namespaceExists(registry), false],
    [limitPodHardAntiAffinityTopology, false],
    [limitRanger(registry), true],
    [serviceAccountAdmission(o), true],
    // Upstream leaves this to a flag that every installation sets.
    [nodeRestriction(o), true],
    [taintNodesByCondition, true],
    [alwaysPullImages, false],
    [podSecurity({ registry, ...o.podSecurity }), true],
    [podNodeSelector(registry, o.podNodeSelectors), false],
    [priority(registry), true],
    [defaultTolerationSeconds(o.tolerationSeconds), true],
    [podTolerationRestriction({ registry, ...o.podTolerations }), false],
    [eventRateLimit(o.eventLimits ?? [], o.clock), false],
    [extendedResourceToleration, false],
    [defaultStorageClass(registry), true],
    [storageObjectInUseProtection, true],
    [ownerReferencesPermissionEnforcement({ authorizer, findKind: o.findKind ?? (() => []) }), false],
    [persistentVolumeClaimResize(registry), true],
    [runtimeClass(registry), true],
    [certificateApproval(authorizer), true],
    [certificateSigning(authorizer), true],
    [clusterTrustBundleAttest(authorizer), true],
    [certificateSubjectRestriction, true],
    [defaultIngressClass(registry), true],
    [denyServiceExternalIPs, false],
    [podTopologyLabels(registry), true],
    [podResizeValidator(registry), true],
    [expressionValidation, true],
    ...(policies ? ([[mutatingAdmissionPolicy(policies), true]] as const) : []),
    ...(webhooks ? ([[mutatingWebhooks(webhooks), true]] as const) : []),
    ...(policies ? ([[validatingAdmissionPolicy(policies), true]] as const) : []),
    ...(webhooks ? ([[validatingWebhooks(webhooks), true]] as const) : []),
    [resourceQuota({ ...o, limitedResources: o.limitedResources ?? [] }), true],
    [alwaysDeny, false],
  ];
}

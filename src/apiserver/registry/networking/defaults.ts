/** Defaults of networking and discovery kinds (pkg/apis/networking/v1, pkg/apis/discovery/v1, defaults.go). */
import type { EndpointPort } from '../../../api/discovery/v1.gen.ts';
import type { IngressClass, NetworkPolicy, NetworkPolicyPort } from '../../../api/networking/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

export const networkingDefaults: DefaultRules = {
  'networking/v1.NetworkPolicyPort': rule<NetworkPolicyPort>((port) => void (port.protocol ??= 'TCP')),
  'networking/v1.NetworkPolicy': rule<NetworkPolicy>(({ spec }) => {
    if (!spec || (spec.policyTypes?.length ?? 0) > 0) return;
    // A policy without types is about ingress; about egress only when it has such rules.
    spec.policyTypes = (spec.egress?.length ?? 0) > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }),
  'networking/v1.IngressClass': rule<IngressClass>(({ spec }) => {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
  }),
  'discovery/v1.EndpointPort': rule<EndpointPort>((port) => {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }),
};

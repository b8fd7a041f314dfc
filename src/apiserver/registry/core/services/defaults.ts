import type { Service, ServiceSpec } from '../../../../api/core/v1.gen.ts';
import { rule, type DefaultRules } from '../../shared/defaulting.ts';

const DEFAULT_CLIENT_IP_TIMEOUT_SECONDS = 10_800;

export const serviceDefaults: DefaultRules = { 'core/v1.Service': rule(defaultService) };

function defaultService({ spec, status }: Service): void {
  defaultAffinity(spec);
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  const isBalanced = spec.type === 'LoadBalancer';
  const external = isBalanced || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  if (external) spec.externalTrafficPolicy ||= 'Cluster';
  if (isBalanced || spec.type === 'NodePort' || spec.type === 'ClusterIP') spec.internalTrafficPolicy ??= 'Cluster';
  if (!isBalanced) return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

function defaultAffinity(spec: ServiceSpec): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: DEFAULT_CLIENT_IP_TIMEOUT_SECONDS } };
  }
}

/** Fields of a service that belong together: what follows from one when a client sets only the other (pkg/registry/core/service). Pure; changes `service`. */
import type { Service } from '../../../../api/core/v1.gen.ts';
import {
  isBalanced, isExternallyAccessible, mayHaveNodePorts, needsClusterIp, needsHealthCheck, nodePortsOf, sameClusterIps, sameIpFamilies, sameStrings, wantsNodePorts,
} from './traits.ts'; // prettier-ignore

/** Keeps clusterIP and clusterIPs in step, so that clients that know only the singular field work. */
export function normalizeClusterIps(service: Service, old: Service | undefined): void {
  const { spec } = service;
  if (!old) {
    if (spec.clusterIP && (spec.clusterIPs?.length ?? 0) === 0) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const was = old.spec;
  const sameSingular = (was.clusterIP ?? '') === (spec.clusterIP ?? '');
  // An old client sent the object back without the plural field.
  if ((was.clusterIPs?.length ?? 0) > 0 && (spec.clusterIPs?.length ?? 0) === 0 && sameSingular)
    spec.clusterIPs = was.clusterIPs && [...was.clusterIPs];
  if (sameSingular || !sameClusterIps(old, service)) return;
  if (was.clusterIP && !spec.clusterIP) delete spec.clusterIPs;
  else spec.clusterIPs = [spec.clusterIP ?? ''];
}

/** Puts back what the server had allocated and the client left out, so that a manifest can be sent again. */
export function patchAllocatedValues(service: Service, old: Service): void {
  const { spec } = service;
  if (needsClusterIp(old) && needsClusterIp(service)) {
    if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    if ((spec.clusterIPs?.length ?? 0) === 0 && old.spec.clusterIPs?.length) spec.clusterIPs = [...old.spec.clusterIPs];
  }
  if (wantsNodePorts(old) && wantsNodePorts(service)) patchNodePorts(service, old);
  if (needsHealthCheck(old) && needsHealthCheck(service) && !spec.healthCheckNodePort && old.spec.healthCheckNodePort) {
    spec.healthCheckNodePort = old.spec.healthCheckNodePort;
  }
}

function patchNodePorts(service: Service, old: Service): void {
  const now = new Set(nodePortsOf(service));
  const taken = new Set(nodePortsOf(old).filter((port) => now.has(port)));
  const byName = new Map((old.spec.ports ?? []).map((p) => [p.name ?? '', p.nodePort ?? 0]));
  for (const port of service.spec.ports ?? []) {
    const before = byName.get(port.name ?? '') ?? 0;
    if (!port.nodePort && before !== 0 && !taken.has(before)) port.nodePort = before;
  }
}

/** On a change of type, takes away what the new type has no use for, unless the client changed it too. */
export function dropTypeDependentFields(service: Service, old: Service): void {
  const { spec } = service;
  const was = old.spec;
  if (needsClusterIp(old) && !needsClusterIp(service)) {
    if ((was.clusterIP ?? '') === (spec.clusterIP ?? '') && sameClusterIps(old, service)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameIpFamilies(old, service)) delete spec.ipFamilies;
    if (was.ipFamilyPolicy === spec.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const oldPorts = new Set(nodePortsOf(old));
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(service) && nodePortsOf(service).every((port) => oldPorts.has(port))) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(service) && was.healthCheckNodePort === spec.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (isBalanced(old) && !isBalanced(service)) {
    if (was.allocateLoadBalancerNodePorts === spec.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (was.loadBalancerClass === spec.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(service) && was.externalTrafficPolicy === spec.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy;
  }
  if (!isBalanced(service)) service.status = { ...service.status, loadBalancer: {} };
}

/** True when neither the families nor the addresses of a PreferDualStack service change: then a change of the cluster must not change it either. */
export function keepsPreferredDualStack(service: Service, old: Service | undefined): boolean {
  const { spec } = service;
  return (
    old !== undefined &&
    spec.ipFamilyPolicy === 'PreferDualStack' &&
    old.spec.type === spec.type &&
    needsClusterIp(service) &&
    (old.spec.ipFamilyPolicy ?? 'PreferDualStack') === 'PreferDualStack' &&
    sameStrings(old.spec.clusterIPs, spec.clusterIPs) &&
    sameIpFamilies(old, service)
  );
}

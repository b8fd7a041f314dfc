/** What to tell about services (pkg/api/service/warnings.go). */
import type { Service } from '../../../../api/core/v1.gen.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { cidrWarnings, ipWarnings } from '../../shared/ip-fields.ts';

const specPath = fieldPath('spec');
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';

export function serviceWarnings({ spec, metadata }: Service): string[] {
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  const isName = spec.type === 'ExternalName';
  const { externalIPs = [], clusterIPs = [], loadBalancerIP = '', loadBalancerSourceRanges = [] } = spec;
  const out: string[] = [];
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined)
    out.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`);
  if (spec.clusterIP && spec.clusterIP !== 'None')
    clusterIPs.forEach((ip, i) => out.push(...ipWarnings(specPath.child('clusterIPs').index(i), ip)));
  if (headless) {
    if (loadBalancerIP) out.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) out.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') out.push('spec.SessionAffinity is ignored for headless services');
  }
  externalIPs.forEach((ip, i) => out.push(...ipWarnings(specPath.child('externalIPs').index(i), ip)));
  if (externalIPs.length > 0 && !headless && !isName)
    out.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (loadBalancerIP) out.push(...ipWarnings(specPath.child('loadBalancerIP'), loadBalancerIP));
  loadBalancerSourceRanges.forEach((range, i) => out.push(...cidrWarnings(specPath.child('loadBalancerSourceRanges').index(i), range)));
  if (isName && externalIPs.length > 0) out.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isName && spec.externalName) out.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') out.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return out;
}

export function serviceStatusWarnings({ status }: Service): string[] {
  const path = fieldPath('status', 'loadBalancer', 'ingress');
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, i) => (ip ? ipWarnings(path.index(i), ip) : []));
}

/** What a service is, from its spec: the questions its rules ask. */
import type { Service } from '../../../../api/core/v1.gen.ts';

export type DeepReadonlyService = Pick<Service, 'spec'>;
export const HEADLESS = 'None';

export const needsClusterIp = ({ spec }: DeepReadonlyService) => spec.type !== 'ExternalName';
/** Exactly one cluster IP, and it is `None`. */
export const isHeadless = ({ spec }: DeepReadonlyService) => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === HEADLESS;
export const isBalanced = ({ spec }: DeepReadonlyService) => spec.type === 'LoadBalancer';
/** Its type has node ports, whether it wants them allocated or not. */
export const mayHaveNodePorts = (service: DeepReadonlyService) => isBalanced(service) || service.spec.type === 'NodePort';
export const wantsNodePorts = (service: DeepReadonlyService) =>
  service.spec.type === 'NodePort' || (isBalanced(service) && service.spec.allocateLoadBalancerNodePorts !== false);
export const needsHealthCheck = (service: DeepReadonlyService) => isBalanced(service) && service.spec.externalTrafficPolicy === 'Local';
export const isExternallyAccessible = (service: DeepReadonlyService) =>
  mayHaveNodePorts(service) || (service.spec.type === 'ClusterIP' && (service.spec.externalIPs?.length ?? 0) > 0);

export function sameStrings(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a?.length ?? 0) === (b?.length ?? 0) && (a ?? []).every((value, i) => value === b?.[i]);
}
export const sameClusterIps = (a: DeepReadonlyService, b: DeepReadonlyService) => sameStrings(a.spec.clusterIPs, b.spec.clusterIPs);
export const sameIpFamilies = (a: DeepReadonlyService, b: DeepReadonlyService) => sameStrings(a.spec.ipFamilies, b.spec.ipFamilies);
export const nodePortsOf = ({ spec }: DeepReadonlyService): number[] =>
  (spec.ports ?? []).map((p) => p.nodePort ?? 0).filter((p) => p !== 0);

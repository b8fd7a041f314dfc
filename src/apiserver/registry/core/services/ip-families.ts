/** Which address families a service gets: from its policy, its addresses and what the cluster has (KEP-563). Changes `service`; throws 422. */
import type { Service } from '../../../../api/core/v1.gen.ts';
import { ipFamilyOf } from '../../../../base/ip.ts';
import { fieldPath, invalid, toInvalid, type FieldError } from '../../../../machinery/field.ts';
import { validateClusterIpFields } from './cluster-ip-rules.ts';
import { keepsPreferredDualStack } from './linked-fields.ts';
import { HEADLESS, sameClusterIps, sameIpFamilies } from './traits.ts';

export type IpFamilyName = 'IPv4' | 'IPv6';

export interface ClusterFamilies {
  /** The family of services that do not say. */
  readonly primary: IpFamilyName;
  readonly has: (family: string) => boolean;
  readonly count: number;
}

const KIND = { group: '', kind: 'Service' };
const policyPath = fieldPath('spec', 'ipFamilyPolicy');
const other = (family: string): IpFamilyName => (family === 'IPv4' ? 'IPv6' : 'IPv4');

export function initIpFamilies(service: Service, old: Service | undefined, cluster: ClusterFamilies): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || keepsPreferredDualStack(service, old)) return;
  const selectorless = spec.clusterIP === HEADLESS && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack');
  refuse(service, validateClusterIpFields(service, old));
  const errors: FieldError[] = [];
  if (old) followPolicyChange(service, old, errors);
  checkSingleStack(service, errors);
  inferFamilies(service, cluster, errors);
  refuse(service, errors);
  const families = (spec.ipFamilies ??= []);
  const isSingle = spec.ipFamilyPolicy === 'SingleStack';
  if (selectorless) {
    // Whoever writes its endpoints may have any family, whatever the cluster has.
    if (families.length === 0) families.push(cluster.primary);
    if (families.length < 2 && !isSingle) families.push(other(families[0] ?? ''));
    return;
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack' && cluster.count < 2) {
    errors.push(invalid(policyPath, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  }
  families.forEach((family, i) => {
    if (!cluster.has(family)) errors.push(invalid(fieldPath('spec', 'ipFamilies').index(i), family, 'not configured on this cluster'));
  });
  refuse(service, errors);
  if (families.length === 0) families.push(cluster.primary);
  if (!isSingle && families.length === 1 && cluster.count === 2) families.push(other(families[0] ?? ''));
}

function refuse(service: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw toInvalid(KIND, service.metadata.name, errors);
}

/** SingleStack drops the second family and address; any other policy must keep them. */
function followPolicyChange(service: Service, old: Service, errors: FieldError[]): void {
  const { spec } = service;
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (sameClusterIps(old, service) && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (sameIpFamilies(old, service) && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
    return;
  }
  const reduced = (now: readonly string[] = [], was: readonly string[] = []) => now.length > 0 && now.length < was.length;
  if (reduced(spec.clusterIPs, old.spec.clusterIPs)) {
    errors.push(invalid(policyPath, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"));
  }
  if (reduced(spec.ipFamilies, old.spec.ipFamilies)) {
    errors.push(invalid(policyPath, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"));
  }
}

function checkSingleStack({ spec }: Service, errors: FieldError[]): void {
  if (spec.ipFamilyPolicy !== 'SingleStack') return;
  const complain = (what: string) =>
    errors.push(
      invalid(policyPath, spec.ipFamilyPolicy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`),
    );
  if (spec.clusterIPs?.length === 2) complain('cluster IPs');
  if (spec.ipFamilies?.length === 2) complain('IP families');
}

function inferFamilies({ spec }: Service, cluster: ClusterFamilies, errors: FieldError[]): void {
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === HEADLESS) break;
    if (i < (spec.ipFamilies?.length ?? 0)) continue;
    const family = ipFamilyOf(ip) === 6 ? 'IPv6' : 'IPv4';
    if (cluster.has(family)) (spec.ipFamilies ??= []).push(family);
    else errors.push(invalid(fieldPath('spec', 'clusterIPs').index(i), spec.clusterIPs, `${family} is not configured on this cluster`));
  }
}

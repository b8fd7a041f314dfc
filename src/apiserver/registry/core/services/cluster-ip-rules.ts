/** Rules of clusterIP(s), ipFamilies and ipFamilyPolicy (pkg/apis/core/validation, ValidateServiceClusterIPsRelatedFields and what goes with it). */
import type { Service } from '../../../../api/core/v1.gen.ts';
import { ipFamilyOf } from '../../../../base/ip.ts';
import { duplicate, fieldPath, invalid, notSupported, required, type FieldError } from '../../../../machinery/field.ts';
import { checkLegacyIp } from '../../shared/ip-fields.ts';
import { HEADLESS, isHeadless } from './traits.ts';

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const clusterIpsPath = fieldPath('spec', 'clusterIPs');
const familiesPath = fieldPath('spec', 'ipFamilies');
const policyPath = fieldPath('spec', 'ipFamilyPolicy');

export function validateClusterIpFields(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  const families = spec.ipFamilies ?? [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required(clusterIpsPath));
    else if (ips[0] !== spec.clusterIP) errors.push(invalid(clusterIpsPath, ips, 'first value must match `clusterIP`'));
  } else if (ips.length > 0) errors.push(invalid(clusterIpsPath, ips, 'must be empty when `clusterIP` is not specified'));
  families.forEach((family, i) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(familiesPath.index(i), family, FAMILIES));
    if (families.indexOf(family) < i) errors.push(duplicate(familiesPath.index(i), family));
  });
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy))
    errors.push(notSupported(policyPath, spec.ipFamilyPolicy, POLICIES));
  const wellFormed = checkAddresses(ips, old?.spec.clusterIPs, errors);
  if (ips.length > 2) errors.push(invalid(clusterIpsPath, ips, 'may only hold up to 2 values'));
  // Further checks would only repeat the complaint in worse words.
  if (wellFormed) checkFamilies(service, errors);
  return errors;
}

function checkAddresses(ips: readonly string[], existing: readonly string[] | undefined, errors: FieldError[]): boolean {
  let fine = true;
  ips.forEach((ip, i) => {
    if (i === 0 && ip === HEADLESS) {
      if (ips.length > 1) {
        fine = false;
        errors.push(invalid(clusterIpsPath, ips, "'None' must be the first and only value"));
      }
    } else if (!checkLegacyIp(clusterIpsPath.index(i), ip, existing, errors)) fine = false;
  });
  return fine;
}

function checkFamilies(service: Service, errors: FieldError[]): void {
  const { clusterIPs: ips = [], ipFamilies: families = [] } = service.spec;
  if (ips.length > 1 && new Set(ips.map(ipFamilyOf)).size < 2) {
    errors.push(invalid(clusterIpsPath, ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(service)) return;
  ips.slice(0, families.length).forEach((ip, i) => {
    const is = ipFamilyOf(ip) === 6 ? 'IPv6' : 'IPv4';
    const family = families[i] ?? '';
    if (FAMILIES.includes(family) && family !== is)
      errors.push(invalid(clusterIpsPath.index(i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
}

/** Addresses may be added and taken away at the end, never changed. */
export function validateClusterIpsUpdate(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName' || (isHeadless(old) && isHeadless(service))) return [];
  const errors: FieldError[] = [];
  const now = service.spec.clusterIPs ?? [];
  const was = old.spec.clusterIPs ?? [];
  if (was.length === now.length) {
    was.forEach((ip, i) => ip !== now[i] && errors.push(invalid(clusterIpsPath.index(i), now, 'may not change once set')));
    return errors;
  }
  const released = was.length > now.length;
  if (released && now.length === 0) errors.push(invalid(clusterIpsPath.index(0), now, 'primary clusterIP can not be unset'));
  if (was.length > 0 && now.length > 0 && now[0] !== was[0]) errors.push(invalid(clusterIpsPath.index(0), now, 'may not change once set'));
  if (released && now.length === 1 && service.spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(
      invalid(policyPath, service.spec.ipFamilyPolicy ?? null, "must be set to 'SingleStack' when releasing the secondary clusterIP"),
    );
  }
  return errors;
}

export function validateIpFamiliesUpdate(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName' || isHeadless(service) || isHeadless(old)) return [];
  const errors: FieldError[] = [];
  const now = service.spec.ipFamilies ?? [];
  const was = old.spec.ipFamilies ?? [];
  const first = familiesPath.index(0);
  if (was.length === now.length) {
    was.forEach((family, i) => family !== now[i] && errors.push(invalid(first, now, 'may not change once set')));
    return errors;
  }
  const released = was.length > now.length;
  const ips = service.spec.clusterIPs ?? [];
  if (released && ips.length === 0) errors.push(invalid(first, now, 'primary ipFamily can not be unset'));
  if (was.length > 0 && now.length > 0 && now[0] !== was[0]) errors.push(invalid(first, ips, 'may not change once set'));
  if (released && now.length === 1 && service.spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(
      invalid(policyPath, service.spec.ipFamilyPolicy ?? null, "must be set to 'SingleStack' when releasing the secondary ipFamily"),
    );
  }
  return errors;
}

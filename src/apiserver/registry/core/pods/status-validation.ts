/** What a pod's status may say (ValidatePodStatusUpdate). */
import type {
  Container,
  Pod,
  PodCondition,
  PodExtendedResourceClaimStatus,
  PodResourceClaimStatus,
  PodSpec,
  PodStatus,
} from '../../../../api/core/v1.gen.ts';
import { ipFamilyOf } from '../../../../base/ip.ts';
import { duplicate, fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isNativeResource } from '../../../../machinery/pod/extended-resource.ts';
import { checkImmutable, checkLabel, checkQualifiedName, checkSubdomain } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkLegacyIp, ipWarnings } from '../../shared/ip-fields.ts';
import { checkContainerStatuses } from './container-status-validation.ts';
import { checkAnnotationUpdate } from './validation.ts';

const statusPath = fieldPath('status');
const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized']);
const NEGATIVE = 'must be a non-negative integer';

export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const [status, was] = [pod.status ?? {}, old.status ?? {}];
  checkAnnotationUpdate(pod, old, errors);
  checkConditions(status.conditions ?? [], errors);
  checkNomination(status.nominatedNodeName ?? '', was.nominatedNodeName ?? '', old.spec, errors);
  if ((status.observedGeneration ?? 0) < 0)
    errors.push(invalid(statusPath.child('observedGeneration'), status.observedGeneration, NEGATIVE));
  checkImmutable(status.qosClass ?? '', was.qosClass ?? '', statusPath.child('qosClass'), errors);
  checkTransitions(status, was, old.spec, errors);
  checkClaimStatuses(status.resourceClaimStatuses ?? [], pod.spec, statusPath.child('resourceClaimStatuses'), errors);
  if (status.extendedResourceClaimStatus)
    checkExtended(status.extendedResourceClaimStatus, pod.spec, statusPath.child('extendedResourceClaimStatus'), errors);
  checkAllocatable(status, pod.spec, statusPath.child('nodeAllocatableResourceClaimStatuses'), errors);
  checkIps('podIPs', status.podIPs ?? [], was.podIPs ?? [], errors);
  const [firstHostIp] = status.hostIPs ?? [];
  if (firstHostIp && status.hostIP !== firstHostIp.ip) {
    errors.push(invalid(statusPath.child('hostIPs').index(0).child('ip'), firstHostIp.ip, 'must be equal to `hostIP`'));
  }
  checkIps('hostIPs', status.hostIPs ?? [], was.hostIPs ?? [], errors);
  checkContainerStatuses(status, pod.spec, statusPath, errors);
  return errors;
}

export function podStatusWarnings({ status = {} }: Pod): string[] {
  return (['podIPs', 'hostIPs'] as const).flatMap((list) =>
    (status[list] ?? []).flatMap(({ ip = '' }, i) => ipWarnings(statusPath.child(list).index(i).child('ip'), ip)),
  );
}

function checkConditions(conditions: readonly PodCondition[], errors: FieldError[]): void {
  conditions.forEach(({ type, observedGeneration = 0 }, i) => {
    const path = statusPath.child('conditions').index(i);
    if (observedGeneration < 0) errors.push(invalid(path.child('observedGeneration'), observedGeneration, NEGATIVE));
    if (!SYSTEM_CONDITIONS.has(type)) checkQualifiedName(type, path.child('Type'), errors);
  });
}

function checkNomination(now: string, was: string, { nodeName }: PodSpec, errors: FieldError[]): void {
  if (now === '' || now === was) return;
  const path = statusPath.child('nominatedNodeName');
  checkSubdomain(now, path, errors);
  if (nodeName) errors.push(forbidden(path, 'may not be set on pods that are already bound to a node'));
}

/** Containers that have ended for good stay ended. */
function checkTransitions(now: PodStatus, was: PodStatus, spec: PodSpec, errors: FieldError[]): void {
  const mayStartAgain = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].some((c) =>
    c.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers'),
  );
  const check = (list: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses', containers: readonly Container[]) =>
    was[list]?.forEach(({ name, state }, i) => {
      const ended = state?.terminated;
      if (!ended) return;
      const next = now[list]?.find((s) => s.name === name);
      if (!next || next.state?.terminated) return;
      const container = containers.find((c) => c.name === name);
      if (container && restarts(container, spec, ended.exitCode)) return;
      errors.push(forbidden(statusPath.child(list).index(i).child('state'), 'may not be transitioned to non-terminated state'));
    });
  if (!mayStartAgain) {
    check('containerStatuses', spec.containers ?? []);
    check('initContainerStatuses', spec.initContainers ?? []);
  }
  check('ephemeralContainerStatuses', []);
}

/** Whether a container that ended with this code is started again (pkg/api/v1/pod, ContainerShouldRestart). */
function restarts(container: Container, spec: PodSpec, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
      const has = exitCodes?.values?.includes(exitCode) ?? false;
      return (exitCodes?.operator === 'In' && has) || (exitCodes?.operator === 'NotIn' && !has);
    });
    if (rule?.action === 'Restart' || rule?.action === 'RestartAllContainers') return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy;
  return policy === 'Never' ? false : policy === 'OnFailure' ? exitCode !== 0 : true;
}

function checkClaimStatuses(statuses: readonly PodResourceClaimStatus[], spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  statuses.forEach(({ name, resourceClaimName }, i) => {
    const here = path.index(i);
    if (!spec.resourceClaims?.some((c) => c.name === name)) {
      errors.push(invalid(here.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    }
    if (seen.has(name)) errors.push(duplicate(here.child('name'), name));
    seen.add(name);
    if (resourceClaimName !== undefined) checkSubdomain(resourceClaimName, here.child('resourceClaimName'), errors);
  });
}

function checkExtended(status: PodExtendedResourceClaimStatus, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const mappings = status.requestMappings ?? [];
  const here = path.child('requestMappings');
  if (mappings.length === 0) errors.push(required(here, 'at least one request mapping is required'));
  const seen = new Set<string>();
  mappings.forEach(({ containerName, resourceName, requestName }, i) => {
    const at = here.index(i);
    const container = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find((c) => c.name === containerName);
    const where = (field: string) => `must match the ${field} of an entry in spec.initContainers`;
    if (!container) errors.push(invalid(at.child('containerName'), containerName, `${where('name')}.name or spec.containers.name`));
    else if (container.resources?.requests?.[resourceName] === undefined) {
      const detail = `${where('extended resource name')}.resources.requests or spec.containers.resources.requests`;
      errors.push(invalid(at.child('resourceName'), resourceName, detail));
    }
    checkLabel(requestName, path.child('requestName'), errors);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      errors.push(duplicate(at.child('containerName'), containerName));
      errors.push(duplicate(at.child('resourceName'), resourceName));
      errors.push(duplicate(at.child('requestName'), requestName));
    }
    seen.add(key);
  });
  if (!status.resourceClaimName) errors.push(required(path.child('resourceClaimName')));
  else checkSubdomain(status.resourceClaimName, path.child('resourceClaimName'), errors);
}

function checkAllocatable(status: PodStatus, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  status.nodeAllocatableResourceClaimStatuses?.forEach(({ resourceClaimName, containers, resources = {} }, i) => {
    const here = path.index(i);
    if (!resourceClaimName) errors.push(required(here.child('resourceClaimName'), 'must not be empty'));
    const known = [...(spec.resourceClaims ?? []), ...(status.resourceClaimStatuses ?? [])].some(
      (c) => c.resourceClaimName === resourceClaimName,
    );
    if (!known) errors.push(invalid(here.child('resourceClaimName'), resourceClaimName, 'no mapping found in pod reference'));
    if ((containers ?? []).length === 0) errors.push(required(here.child('containers'), 'must not be empty'));
    if (Object.keys(resources).length === 0) errors.push(required(here.child('resources'), 'must not be empty'));
    for (const [name, value] of Object.entries(resources)) {
      const at = here.child('resources').key(name);
      if (!isNativeResource(name)) errors.push(invalid(at, name, 'must be a node allocatable resource name'));
      if (value.startsWith('-')) errors.push(invalid(at, value, 'must be non-negative'));
    }
  });
}

function checkIps(
  list: 'podIPs' | 'hostIPs',
  ips: readonly { ip?: string }[],
  old: readonly { ip?: string }[],
  errors: FieldError[],
): void {
  const path = statusPath.child(list);
  const before = old.map((entry) => entry.ip ?? '');
  ips.forEach(({ ip = '' }, i) => checkLegacyIp(path.index(i), ip, before, errors));
  if (ips.length < 2) return;
  const families = new Set(ips.map(({ ip = '' }) => ipFamilyOf(ip)));
  if (families.size === 2 && ips.length === 2) return;
  const type = list === 'podIPs' ? 'core/v1.PodIP' : 'core/v1.HostIP';
  errors.push(invalid(path, ips.map((entry) => goShown(type, entry)), 'may specify no more than one IP for each IP family')); // prettier-ignore
}

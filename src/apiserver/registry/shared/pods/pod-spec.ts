/** Rules of pod specs, in pods and in templates (pkg/apis/core/validation). */
import type { PodResourceClaim, PodSpec } from '../../../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../../../api/meta/v1.gen.ts';
import {
  duplicate,
  fieldPath,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  type FieldError,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { inclusiveRangeError } from '../../../../machinery/names.ts';
import { validateLabels } from '../../validate-meta.ts';
import { checkLabel, checkQualifiedName, checkSubdomain } from '../field-checks.ts';
import { goShown } from '../go-shown.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './containers.ts';
import {
  checkDnsConfig,
  checkHostAliases,
  checkHostNetworkPorts,
  checkHostnameOverride,
  checkHostnames,
  checkHostUsers,
} from './network.ts';
import { checkPodLevelResources } from './pod-level-resources.ts';
import { checkResources } from './resources.ts';
import { checkAffinity, checkTolerations, checkTopologySpread } from './scheduling.ts';
import { checkPodSecurityContext } from './security.ts';
import { visitContainers } from './visit-containers.ts';
import { checkVolumes } from './volumes.ts';
import { checkHostProcess, checkOs } from './windows.ts';

export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const INT32_MAX = 2 ** 31 - 1;

/** `metadata` of a pod; templates are judged without theirs. */
export function checkPodSpec(spec: PodSpec, metadata: ObjectMeta | undefined, path: FieldPath, errors: FieldError[]): void {
  const isPod = metadata !== undefined;
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(path.child('terminationGracePeriodSeconds')));
  const volumes = checkVolumes(spec.volumes ?? [], { podName: metadata?.name ?? '', isPod }, path.child('volumes'), errors);
  const claimNames = new Set((spec.resourceClaims ?? []).map((c) => c.name).filter(Boolean));
  if (spec.resourceClaims) checkClaims(spec.resourceClaims, metadata, path.child('resourceClaims'), errors);
  const pod = { spec, volumes, claimNames };
  checkContainers(pod, path.child('containers'), errors);
  checkInitContainers(pod, path.child('initContainers'), errors);
  checkEphemeralContainers(pod, path.child('ephemeralContainers'), errors);
  checkPodLevelResources(spec, claimNames, path, errors);
  checkHostNetworkPorts(spec, isPod, path, errors);
  checkWord(spec.restartPolicy, RESTART_POLICIES, path.child('restartPolicy'), errors);
  checkWord(spec.dnsPolicy, DNS_POLICIES, path.child('dnsPolicy'), errors);
  if (spec.nodeSelector) errors.push(...validateLabels(spec.nodeSelector, path.child('nodeSelector')));
  if (spec.securityContext) checkPodSecurityContext(spec.securityContext, spec, path.child('securityContext'), errors);
  checkPlacement(spec, path, errors);
  checkHostProcess(spec, path, errors);
  checkHostUsers(spec, path, errors);
  checkHostnameOverride(spec, path, errors);
  checkRest(spec, path, errors);
  checkOs(spec, path, errors);
  checkFileKeyVolumes(spec, path, errors);
}

function checkPlacement(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (spec.affinity) checkAffinity(spec.affinity, path.child('affinity'), errors);
  checkDnsConfig(spec.dnsConfig, spec.dnsPolicy, path.child('dnsConfig'), errors);
  spec.readinessGates?.forEach((gate, i) =>
    checkQualifiedName(gate.conditionType, path.child('readinessGates').index(i).child('conditionType'), errors),
  );
  const gates = new Set<string>();
  spec.schedulingGates?.forEach(({ name }, i) => {
    const here = path.child('schedulingGates').index(i);
    checkQualifiedName(name, here, errors);
    if (gates.has(name)) errors.push(duplicate(here, name));
    gates.add(name);
  });
  if (spec.topologySpreadConstraints) checkTopologySpread(spec.topologySpreadConstraints, path.child('topologySpreadConstraints'), errors);
}

function checkRest(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (spec.serviceAccountName) checkSubdomain(spec.serviceAccountName, path.child('serviceAccountName'), errors);
  if (spec.nodeName) checkSubdomain(spec.nodeName, path.child('nodeName'), errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalid(path.child('activeDeadlineSeconds'), deadline, inclusiveRangeError(1, INT32_MAX)));
  }
  checkHostnames(spec, path, errors);
  if (spec.tolerations) checkTolerations(spec.tolerations, path.child('tolerations'), errors);
  if (spec.hostAliases) checkHostAliases(spec.hostAliases, path.child('hostAliases'), errors);
  if (spec.priorityClassName) checkSubdomain(spec.priorityClassName, path.child('priorityClassName'), errors);
  if (spec.runtimeClassName !== undefined) checkSubdomain(spec.runtimeClassName, path.child('runtimeClassName'), errors);
  if (spec.preemptionPolicy !== undefined) checkWord(spec.preemptionPolicy, PREEMPTION_POLICIES, path.child('preemptionPolicy'), errors);
  if (spec.overhead) checkResources({ limits: spec.overhead }, new Set(), path.child('overhead'), errors);
}

function checkWord(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (!value) errors.push(required(path));
  else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

function checkClaims(claims: readonly PodResourceClaim[], metadata: ObjectMeta | undefined, path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  claims.forEach((claim, i) => {
    if (metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) {
      return void errors.push(forbidden(fieldPath(''), 'static pods do not support resource claims'));
    }
    const here = path.index(i);
    if (!claim.name) errors.push(required(here.child('name')));
    else if (names.has(claim.name)) errors.push(duplicate(here.child('name'), claim.name));
    else {
      checkLabel(claim.name, here.child('name'), errors);
      names.add(claim.name);
    }
    checkClaimSource(claim, here, errors);
  });
}

function checkClaimSource(claim: PodResourceClaim, path: FieldPath, errors: FieldError[]): void {
  const { resourceClaimName, resourceClaimTemplateName } = claim;
  const shown = () => goShown('core/v1.PodResourceClaim', claim);
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
    errors.push(invalid(path, shown(), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'));
  }
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
    errors.push(invalid(path, shown(), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
  }
  if (resourceClaimName !== undefined) checkSubdomain(resourceClaimName, path.child('resourceClaimName'), errors);
  if (resourceClaimTemplateName !== undefined) checkSubdomain(resourceClaimTemplateName, path.child('resourceClaimTemplateName'), errors);
}

/** Files with environment variables are in directories that the pod fills itself. */
function checkFileKeyVolumes(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  visitContainers(spec, path, (container, here) =>
    container.env?.forEach(({ valueFrom }, i) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return;
      const at = here.child('env').index(i).child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = spec.volumes?.find((v) => v.name === name);
      if (!volume) errors.push(notFoundValue(at, name));
      else if (!volume.emptyDir) errors.push(invalid(at, name, 'referenced volume must be of type emptyDir'));
    }),
  );
}

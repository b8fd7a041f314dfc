/** Rules of containers: a pod's own, those of its start, those added for debugging. */
import type { Container, EphemeralContainer, PodSpec } from '../../../../api/core/v1.gen.ts';
import {
  duplicate,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  type FieldError,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { checkChoice, checkLabel, checkRequired } from '../field-checks.ts';
import { checkEnv, checkEnvFrom } from './env.ts';
import { checkLifecycle, checkProbe, PROBES } from './handlers.ts';
import { checkVolumeDevices, checkVolumeMounts, type KnownVolumes } from './mounts.ts';
import { checkContainerPorts, checkHostPortConflicts } from './ports.ts';
import { checkResources } from './resources.ts';
import { checkContainerRestart, checkResizePolicies } from './restart-rules.ts';
import { checkSecurityContext } from './security.ts';

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** What containers are judged by, besides themselves. */
export interface PodContext {
  readonly spec: PodSpec;
  readonly volumes: KnownVolumes;
  readonly claimNames: ReadonlySet<string>;
}

export function checkContainers(pod: PodContext, path: FieldPath, errors: FieldError[]): void {
  const containers = pod.spec.containers ?? [];
  if (containers.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const here = path.index(i);
    checkCommon(container, pod, here, errors);
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    names.add(container.name);
    checkHandlers(container, pod, here, errors);
    checkContainerRestart(container, here, errors);
  });
  checkHostPortConflicts(containers, path, errors);
}

function checkHandlers(container: Container, { spec }: PodContext, path: FieldPath, errors: FieldError[]): void {
  if (container.lifecycle) checkLifecycle(container.lifecycle, spec.terminationGracePeriodSeconds, path.child('lifecycle'), errors);
  for (const kind of PROBES) {
    const probe = container[kind];
    if (probe) checkProbe(kind, probe, path.child(kind), errors);
  }
}

export function checkInitContainers(pod: PodContext, path: FieldPath, errors: FieldError[]): void {
  const names = new Set((pod.spec.containers ?? []).map((c) => c.name));
  pod.spec.initContainers?.forEach((container, i) => {
    const here = path.index(i);
    checkCommon(container, pod, here, errors);
    checkContainerRestart(container, here, errors, true);
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    else if (container.name) names.add(container.name);
    checkHostPortConflicts([container], path, errors);
    if (container.restartPolicy === 'Always') return checkHandlers(container, pod, here, errors);
    for (const field of ['lifecycle', ...PROBES] as const) {
      if (container[field]) errors.push(forbidden(here.child(field), 'may not be set for init containers without restartPolicy=Always'));
    }
    container.resizePolicy?.forEach(({ restartPolicy }, p) => {
      if (restartPolicy !== 'RestartContainer') return;
      const at = here.child('resizePolicy').index(p).child('restartPolicy');
      errors.push(invalid(at, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
    });
  });
}

/** In the order that upstream complains about them. */
const NOT_EPHEMERAL = [
  'ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle',
] as const; // prettier-ignore
const NOT_FOR_EPHEMERAL = 'cannot be set for an Ephemeral Container';

export function checkEphemeralContainers(pod: PodContext, path: FieldPath, errors: FieldError[]): void {
  const others = new Set([...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].map((c) => c.name));
  const names = new Set(others);
  pod.spec.ephemeralContainers?.forEach((container, i) => {
    const here = path.index(i);
    checkCommon(container as Container, pod, here, errors);
    checkImageSpace(container as Container, here, errors);
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFoundValue(here.child('targetContainerName'), target));
    for (const field of NOT_EPHEMERAL) if (isSet(container, field)) errors.push(forbidden(here.child(field), NOT_FOR_EPHEMERAL));
    container.volumeMounts?.forEach(({ subPath, subPathExpr }, m) => {
      if (subPath) errors.push(forbidden(here.child('volumeMounts').index(m).child('subPath'), NOT_FOR_EPHEMERAL));
      if (subPathExpr) errors.push(forbidden(here.child('volumeMounts').index(m).child('subPathExpr'), NOT_FOR_EPHEMERAL));
    });
  });
}

function isSet(container: EphemeralContainer, field: (typeof NOT_EPHEMERAL)[number]): boolean {
  const value = container[field];
  return field === 'resources' ? Object.keys(value ?? {}).length > 0 : value !== undefined;
}

function checkCommon(container: Container, { spec, volumes, claimNames }: PodContext, path: FieldPath, errors: FieldError[]): void {
  if (checkRequired(container.name, path.child('name'), errors)) checkLabel(container.name, path.child('name'), errors);
  checkRequired(container.image, path.child('image'), errors);
  const policy = container.terminationMessagePolicy;
  if (!policy) errors.push(required(path.child('terminationMessagePolicy')));
  else if (!MESSAGE_POLICIES.includes(policy)) errors.push(notSupported(path.child('terminationMessagePolicy'), policy, MESSAGE_POLICIES));
  if (container.ports) checkContainerPorts(container.ports, path.child('ports'), errors);
  if (container.env) checkEnv(container.env, path.child('env'), errors);
  if (container.envFrom) checkEnvFrom(container.envFrom, path.child('envFrom'), errors);
  checkVolumeMounts(container, volumes, path.child('volumeMounts'), errors);
  checkVolumeDevices(container, volumes, path.child('volumeDevices'), errors);
  checkChoice(container.imagePullPolicy, PULL_POLICIES, path.child('imagePullPolicy'), errors);
  checkResources(container.resources, claimNames, path.child('resources'), errors);
  if (container.resizePolicy) checkResizePolicies(container.resizePolicy, spec.restartPolicy, path.child('resizePolicy'), errors);
  if (container.securityContext)
    checkSecurityContext(container.securityContext, spec.hostUsers !== false, path.child('securityContext'), errors);
}

/** Only pods must have clean names of images: templates may be filled in later. */
export function checkImageSpace({ image = '' }: Container, path: FieldPath, errors: FieldError[]): void {
  if (image.trim() !== image) errors.push(invalid(path.child('image'), image, 'must not have leading or trailing whitespace'));
}

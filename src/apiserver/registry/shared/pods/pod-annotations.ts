/** Rules of annotations that mean something in pods and templates. */
import type { AppArmorProfile, PodSpec, SeccompProfile, Toleration } from '../../../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../../../api/meta/v1.gen.ts';
import { forbidden, invalid, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { checkDescendingPath } from '../volumes/paths.ts';
import { MIRROR_ANNOTATION } from './pod-spec.ts';
import { checkTolerations } from './scheduling.ts';
import { visitContainers } from './visit-containers.ts';

const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

type Annotations = Readonly<Record<string, string>>;

export function checkPodAnnotations(annotations: Annotations | undefined, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (!annotations) return;
  const mirror = annotations[MIRROR_ANNOTATION];
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(path.key(MIRROR_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  if (annotations[TOLERATIONS]) checkTolerationsText(annotations[TOLERATIONS], path, errors);
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) errors.push(invalid(path.key(DELETION_COST), cost, 'must be a 32bit integer'));
  if (annotations[SECCOMP_POD] !== undefined) checkSeccompText(annotations[SECCOMP_POD], path.child(SECCOMP_POD), errors);
  for (const [key, value] of Object.entries(annotations))
    if (key.startsWith(SECCOMP_CONTAINER)) checkSeccompText(value, path.child(key), errors);
  for (const [key, value] of Object.entries(annotations)) if (key.startsWith(APP_ARMOR)) checkAppArmorText(key, value, spec, path, errors);
}

function checkTolerationsText(text: string, path: FieldPath, errors: FieldError[]): void {
  try {
    checkTolerations(JSON.parse(text) as Toleration[], path.child(TOLERATIONS), errors);
  } catch (error) {
    errors.push(invalid(path, TOLERATIONS, error instanceof Error ? error.message : String(error)));
  }
}

/** A number without a plus sign or leading zeros. */
function isInt32(text: string): boolean {
  const value = Number(text);
  return /^(0|-?[1-9]\d*)$/.test(text) && value >= INT32.min && value <= INT32.max;
}

function checkSeccompText(value: string, path: FieldPath, errors: FieldError[]): void {
  if (value === 'runtime/default' || value === 'docker/default' || value === 'unconfined') return;
  if (value.startsWith(LOCALHOST)) checkDescendingPath(value.slice(LOCALHOST.length), path, errors);
  else errors.push(invalid(path, value, 'must be a valid seccomp profile'));
}

function checkAppArmorText(key: string, value: string, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const name = key.slice(APP_ARMOR.length);
  let found = false;
  visitContainers(spec, path, (container) => void (found ||= container.name === name));
  if (!found) errors.push(invalid(path.key(key), name, 'container not found'));
  if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith(LOCALHOST)) {
    errors.push(invalid(path.key(key), value, `invalid AppArmor profile name: ${goQuote(value)}`));
  }
}

/** What annotations and fields say about profiles must agree in a new pod. */
export function checkProfilesAgree(metadata: ObjectMeta | undefined, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const annotations = metadata?.annotations;
  if (!annotations) return;
  const podSeccomp = spec.securityContext?.seccompProfile;
  const here = path.child('securityContext', 'seccompProfile');
  if (podSeccomp && annotations[SECCOMP_POD] !== undefined) checkAgree('seccomp', annotations[SECCOMP_POD], podSeccomp, here, errors);
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const text = annotations[SECCOMP_CONTAINER + name];
    const profile = securityContext?.seccompProfile;
    if (profile && text !== undefined) checkAgree('seccomp', text, profile, at.child('securityContext', 'seccompProfile'), errors);
  });
  if (spec.os?.name === 'windows') return;
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const text = annotations[APP_ARMOR + name];
    const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    if (profile && text !== undefined) checkAgree('apparmor', text, profile, at.child('securityContext', 'appArmorProfile'), errors);
  });
}

function checkAgree(
  what: 'seccomp' | 'apparmor',
  text: string,
  profile: SeccompProfile | AppArmorProfile,
  path: FieldPath,
  errors: FieldError[],
): void {
  const defaults = what === 'seccomp' ? ['runtime/default', 'docker/default'] : ['runtime/default'];
  const refuse = () => errors.push(forbidden(path.child('type'), `${what} type in annotation and field must match`));
  if (profile.type === 'Unconfined' && text !== 'unconfined') refuse();
  if (profile.type === 'RuntimeDefault' && !defaults.includes(text)) refuse();
  if (profile.type !== 'Localhost') return;
  if (!text.startsWith(LOCALHOST)) refuse();
  else if (text.slice(LOCALHOST.length) !== profile.localhostProfile) {
    errors.push(forbidden(path.child('localhostProfile'), `${what} profile in annotation and field must match`));
  }
}

/** Rules of security contexts. */
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext, Sysctl } from '../../../../api/core/v1.gen.ts';
import { duplicate, invalid, notSupported, required, tooLong, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isValidUserOrGroupId } from '../../../../machinery/names.ts';
import { goShown } from '../go-shown.ts';
import { checkDescendingPath } from '../volumes/paths.ts';
import { checkWindowsOptions } from './windows.ts';

const PROC_MOUNTS = ['Default', 'Unmasked'];
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** `hostUsers`: the pod shares the node's users. */
export function checkSecurityContext(context: SecurityContext, hostUsers: boolean, path: FieldPath, errors: FieldError[]): void {
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  checkId(context.runAsUser, path.child('runAsUser'), errors);
  checkId(context.runAsGroup, path.child('runAsGroup'), errors);
  if (procMount !== undefined) {
    if (!PROC_MOUNTS.includes(procMount)) errors.push(notSupported(path.child('procMount'), procMount, PROC_MOUNTS));
    if (hostUsers && procMount === 'Unmasked')
      errors.push(invalid(path.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  checkSeccomp(context.seccompProfile, path.child('seccompProfile'), errors);
  if (allowPrivilegeEscalation === false) {
    const refuse = (what: string) =>
      errors.push(
        invalid(path, goShown('core/v1.SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`),
      );
    if (privileged) refuse('`privileged` to true');
    for (const capability of capabilities?.add ?? []) if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  checkWindowsOptions(context.windowsOptions, path.child('windowsOptions'), errors);
  checkAppArmor(context.appArmorProfile, path.child('appArmorProfile'), errors);
}

function checkId(id: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (id === undefined) return;
  for (const message of isValidUserOrGroupId(id)) errors.push(invalid(path, id, message));
}

function checkSeccomp(profile: SeccompProfile | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(path.child('type'), 'type is required when seccompProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(path.child('type'), type, PROFILES));
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(path.child('localhostProfile'), 'must be set when seccomp type is Localhost'));
    else checkDescendingPath(localhostProfile, path.child('localhostProfile'), errors);
  } else if (localhostProfile !== undefined) {
    const shown = goShown('core/v1.SeccompProfile', profile);
    errors.push(invalid(path.child('localhostProfile'), shown, 'can only be set when seccomp type is Localhost'));
  }
}

const PROFILE_LIMIT = 4095;

function checkAppArmor(profile: AppArmorProfile | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile: name } = profile;
  const here = path.child('localhostProfile');
  if (!type) errors.push(required(path.child('type'), 'type is required when appArmorProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(path.child('type'), type, PROFILES));
  else if (type !== 'Localhost') {
    if (name !== undefined) errors.push(invalid(here, name, 'can only be set when AppArmor type is Localhost'));
  } else if (name === undefined) errors.push(required(here, 'must be set when AppArmor type is Localhost'));
  else {
    if (name.trim() !== name) errors.push(invalid(here, name, 'must not be padded with whitespace'));
    else if (name === '') errors.push(required(here, 'must be set when AppArmor type is Localhost'));
    if (name.length > PROFILE_LIMIT) errors.push(tooLong(here, '', PROFILE_LIMIT));
  }
}

const CHANGE_POLICIES = ['Always', 'OnRootMismatch'];
const GROUP_POLICIES = ['Merge', 'Strict'];
// MountOption comes with SELinuxMount, which is off.
const SELINUX_POLICIES = ['Recursive'];

export function checkPodSecurityContext(context: PodSecurityContext, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  checkId(context.fsGroup, path.child('fsGroup'), errors);
  checkId(context.runAsUser, path.child('runAsUser'), errors);
  checkId(context.runAsGroup, path.child('runAsGroup'), errors);
  context.supplementalGroups?.forEach((group, i) => checkId(group, path.child('supplementalGroups').index(i), errors));
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalid(path.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  checkSysctls(context.sysctls ?? [], spec, path.child('sysctls'), errors);
  checkOptional(context.fsGroupChangePolicy, CHANGE_POLICIES, path.child('fsGroupChangePolicy'), errors);
  checkSeccomp(context.seccompProfile, path.child('seccompProfile'), errors);
  checkWindowsOptions(context.windowsOptions, path.child('windowsOptions'), errors);
  checkAppArmor(context.appArmorProfile, path.child('appArmorProfile'), errors);
  checkOptional(context.supplementalGroupsPolicy, GROUP_POLICIES, path.child('supplementalGroupsPolicy'), errors);
  checkOptional(context.seLinuxChangePolicy, SELINUX_POLICIES, path.child('seLinuxChangePolicy'), errors);
}

function checkOptional(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (value !== undefined && !supported.includes(value)) errors.push(notSupported(path, value, supported));
}

const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_PATTERN = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL = new RegExp(SYSCTL_PATTERN);
const SYSCTL_LIMIT = 253;

export const isSysctlName = (name: string) => name.length <= SYSCTL_LIMIT && SYSCTL.test(name);

function checkSysctls(sysctls: readonly Sysctl[], spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  sysctls.forEach(({ name }, i) => {
    const here = path.index(i).child('name');
    if (!name) errors.push(required(here));
    else if (!isSysctlName(name))
      errors.push(invalid(here, name, `must have at most ${SYSCTL_LIMIT} characters and match regex ${SYSCTL_PATTERN}`));
    else if (seen.has(name)) errors.push(duplicate(here, name));
    const space = sysctlNamespace(name);
    if (spec.hostNetwork && space === 'net') errors.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC && space === 'ipc') errors.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
    seen.add(name);
  });
}

const IPC_SYSCTLS = new Set([
  'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced', 'kernel.shm', 'kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni',
  'kernel.msg',
]); // prettier-ignore

/** The namespace of the kernel that a setting belongs to (k8s.io/component-helpers/node/util/sysctl). */
function sysctlNamespace(name: string): 'net' | 'ipc' | undefined {
  const dotted = withDots(name);
  if (IPC_SYSCTLS.has(dotted) || dotted.startsWith('fs.mqueue.')) return 'ipc';
  return dotted.startsWith('net.') ? 'net' : undefined;
}

/** `net/ipv4/conf/eno2.100/rp_filter` is `net.ipv4.conf.eno2/100.rp_filter`. */
function withDots(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === '/' ? name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name;
}

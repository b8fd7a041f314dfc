/** Rules of Windows' security options and of pods that say which operating system they are for. */
import type { PodSpec, SecurityContext, WindowsSecurityContextOptions } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkSubdomain } from '../field-checks.ts';
import { visitContainers } from './visit-containers.ts';

const SPEC_LIMIT_KIB = 64;
const DOMAIN_LIMIT = 256;
const USER_LIMIT = 104;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS_DOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const BAD_USER = /["/\\:;|=,+*?<>@[\]]/;

export function checkWindowsOptions(options: WindowsSecurityContextOptions | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!options) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) checkSubdomain(gmsaCredentialSpecName, path.child('gmsaCredentialSpecName'), errors);
  if (spec === '') errors.push(invalid(path.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && spec.length > SPEC_LIMIT_KIB * 1024) {
    errors.push(invalid(path.child('gmsaCredentialSpec'), spec, `gmsaCredentialSpec size must be under ${SPEC_LIMIT_KIB} KiB`));
  }
  if (runAsUserName === undefined) return;
  for (const problem of userNameProblems(runAsUserName)) errors.push(invalid(path.child('runAsUserName'), runAsUserName, problem));
}

/** `DOMAIN\user` or `user`. */
function userNameProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (CONTROL.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const problems: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= DOMAIN_LIMIT) problems.push(`runAsUserName's Domain length must be under ${DOMAIN_LIMIT} characters`);
    if (!NETBIOS.test(domain) && !DNS_DOMAIN.test(domain))
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') problems.push("runAsUserName's User cannot be empty");
  else if (user.length > USER_LIMIT) problems.push(`runAsUserName's User length must not be longer than ${USER_LIMIT} characters`);
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (BAD_USER.test(user)) problems.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return problems;
}

/** Either all containers run on the host itself or none (KEP-1981). */
export function checkHostProcess(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let [containers, onHost] = [0, 0];
  visitContainers(spec, path, ({ securityContext }, here) => {
    containers++;
    const own = securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(here.child('securityContext', 'windowsOptions', 'hostProcess'), own, detail));
    }
    if (own ?? ofPod) onHost++;
  });
  if (onHost === 0) return;
  if (onHost !== containers)
    errors.push(invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (!spec.hostNetwork)
    errors.push(invalid(path.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

const SYSTEMS = ['linux', 'windows'];

export function checkOs(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const name = spec.os?.name;
  if (!spec.os) return;
  if (!name) errors.push(required(path.child('os', 'name')));
  else if (!SYSTEMS.includes(name)) errors.push(notSupported(path.child('os'), name, SYSTEMS));
  else if (name === 'linux') checkLinux(spec, path, errors);
  else checkWindows(spec, path, errors);
}

function checkLinux(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const refuse = (at: FieldPath) =>
    errors.push(forbidden(at.child('securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod'));
  if (spec.securityContext?.windowsOptions) refuse(path);
  visitContainers(spec, path, (container, here) => void (container.securityContext?.windowsOptions && refuse(here)));
}

/** In the order upstream complains; those of the spec itself are only looked at when there is a security context, as in memory they are part of it. */
const POD_LINUX_FIELDS = [
  'appArmorProfile', 'seLinuxOptions', '/hostUsers', '/hostPID', '/hostIPC', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls',
  '/shareProcessNamespace', 'runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy',
] as const; // prettier-ignore
const CONTAINER_LINUX_FIELDS: readonly (keyof SecurityContext)[] = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount',
  'runAsUser', 'runAsGroup',
]; // prettier-ignore

function checkWindows(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const refuse = (at: FieldPath) => errors.push(forbidden(at, 'cannot be set for a windows pod'));
  const context = spec.securityContext as Record<string, unknown> | undefined;
  for (const field of context ? POD_LINUX_FIELDS : []) {
    const outside = field.startsWith('/');
    const name = outside ? field.slice(1) : field;
    const value = outside ? (spec as unknown as Record<string, unknown>)[name] : context?.[name];
    const isSet =
      name === 'hostPID' || name === 'hostIPC'
        ? value === true
        : name === 'sysctls'
          ? Array.isArray(value) && value.length > 0
          : value !== undefined;
    if (isSet) refuse(outside ? path.child(name) : path.child('securityContext', name));
  }
  visitContainers(spec, path, ({ securityContext }, here) => {
    for (const field of CONTAINER_LINUX_FIELDS) if (securityContext?.[field] !== undefined) refuse(here.child('securityContext', field));
  });
}

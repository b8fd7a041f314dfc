/** The security context of a container in CRI's terms (pkg/kubelet/kuberuntime/security_context.go). */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Encodable } from '../cri/codec/message.ts';
import {
  NamespaceMode,
  SupplementalGroupsPolicy,
  type LinuxContainerSecurityContext,
  type NamespaceOption,
  type UserNamespace,
} from '../cri/messages/security.ts';
import { effectiveSecurityContext } from './effective-security-context.ts';
import { ipcNamespace, networkNamespace, pidNamespace } from './namespaces.ts';
import { appArmorProfile, seccompProfile } from './security-profiles.ts';
import type { ImageUser } from './verify-non-root.ts';

export interface SecurityContextInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageUser;
  readonly seccompRoot: string;
  readonly seccompDefault: boolean;
  /** Id ranges of the pod's user namespace; undefined on the host's. */
  readonly userNamespace: Encodable<typeof UserNamespace> | undefined;
  /** Groups that volumes bring. */
  readonly extraGroups: readonly number[];
  /** The container whose processes an ephemeral container shall see. */
  readonly targetId: string | undefined;
  readonly maskedPaths: readonly string[];
}

const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/** Throws on a profile or policy that cannot be had. */
export function containerSecurityContext(input: SecurityContextInput): Encodable<typeof LinuxContainerSecurityContext> {
  const { pod, container } = input;
  const effective = effectiveSecurityContext(pod, container);
  const runAsUser = effective.runAsUser ?? input.image.uid;
  const apparmor = appArmorProfile(pod, container);
  const unmasked = effective.procMount === 'Unmasked';
  return {
    capabilities: effective.capabilities && {
      addCapabilities: effective.capabilities.add ?? [],
      dropCapabilities: effective.capabilities.drop ?? [],
    },
    selinuxOptions: effective.seLinuxOptions,
    privileged: effective.privileged ?? false,
    readonlyRootfs: effective.readOnlyRootFilesystem ?? false,
    runAsUser: runAsUser === undefined ? undefined : { value: runAsUser },
    runAsUsername: effective.runAsUser === undefined ? input.image.username : '',
    runAsGroup: effective.runAsGroup === undefined ? undefined : { value: effective.runAsGroup },
    namespaceOptions: withTarget(podNamespaces(pod, input.userNamespace), input.targetId),
    supplementalGroups: supplementalGroups(pod, input.extraGroups),
    supplementalGroupsPolicy: supplementalGroupsPolicy(pod),
    noNewPrivs: effective.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : input.maskedPaths,
    readonlyPaths: unmasked ? [] : READONLY_PATHS,
    seccomp: seccompProfile(pod, container, input.seccompRoot, input.seccompDefault),
    apparmor: apparmor?.profile,
    apparmorProfile: apparmor?.deprecated,
  };
}

export function podNamespaces(pod: Pod, usernsOptions: Encodable<typeof UserNamespace> | undefined): Encodable<typeof NamespaceOption> {
  return { network: networkNamespace(pod), pid: pidNamespace(pod), ipc: ipcNamespace(pod), usernsOptions };
}

/** Of fsGroup, the pod's own groups, and volumes. */
export function supplementalGroups(pod: Pod, extra: readonly number[]): number[] {
  const security = pod.spec.securityContext;
  return [...(security?.fsGroup === undefined ? [] : [security.fsGroup]), ...(security?.supplementalGroups ?? []), ...extra];
}

export function supplementalGroupsPolicy(pod: Pod): number {
  const policy = pod.spec.securityContext?.supplementalGroupsPolicy;
  if (policy === undefined || policy === 'Merge') return SupplementalGroupsPolicy.Merge;
  if (policy === 'Strict') return SupplementalGroupsPolicy.Strict;
  throw new Error(`unsupported supplementalGroupsPolicy: ${policy}`);
}

function withTarget(options: Encodable<typeof NamespaceOption>, targetId: string | undefined): Encodable<typeof NamespaceOption> {
  if (targetId === undefined || options.pid !== NamespaceMode.CONTAINER) return options;
  return { ...options, pid: NamespaceMode.TARGET, targetId };
}

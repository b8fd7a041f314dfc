/** The sandbox of a pod in CRI's terms (pkg/kubelet/kuberuntime/kuberuntime_sandbox.go). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { overheadResources, sandboxResources, type NodeLimits } from '../cgroups/container-resources.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { ProfileType, type UserNamespace } from '../cri/messages/security.ts';
import type { PodSandboxConfig } from '../cri/messages/sandbox.ts';
import type { DnsConfig } from '../dns/resolv-conf.ts';
import { hasPrivilegedContainer } from '../pod/containers.ts';
import { podLabels } from './labels.ts';
import { podLogsDirectory } from './log-paths.ts';
import { portMappings } from './port-mappings.ts';
import { podNamespaces, supplementalGroups, supplementalGroupsPolicy } from './security-context.ts';

export interface SandboxInput {
  readonly pod: Pod;
  readonly attempt: number;
  readonly dns: DnsConfig;
  /** '' on the host's network. */
  readonly hostname: string;
  readonly podLogsRoot: string;
  readonly cgroupParent: string;
  readonly node: NodeLimits;
  readonly userNamespace: Encodable<typeof UserNamespace> | undefined;
  readonly extraGroups: readonly number[];
}

export type SandboxConfig = Encodable<typeof PodSandboxConfig>;

/** Throws on a supplemental groups policy that does not exist. */
export function sandboxConfig(input: SandboxInput): SandboxConfig {
  const { pod } = input;
  const { name, namespace, uid, annotations } = pod.metadata;
  return {
    metadata: { name, namespace, uid, attempt: input.attempt },
    hostname: input.hostname,
    logDirectory: podLogsDirectory(input.podLogsRoot, pod),
    dnsConfig: input.dns,
    portMappings: pod.spec.containers.flatMap(portMappings),
    labels: podLabels(pod),
    annotations: annotations ?? {},
    linux: {
      cgroupParent: input.cgroupParent,
      securityContext: securityContext(input),
      sysctls: Object.fromEntries((pod.spec.securityContext?.sysctls ?? []).map((s) => [dotted(s.name), s.value])),
      overhead: overheadResources(pod, input.node),
      resources: sandboxResources(pod, input.node),
    },
  };
}

function securityContext({ pod, userNamespace, extraGroups }: SandboxInput) {
  const security = pod.spec.securityContext;
  return {
    privileged: hasPrivilegedContainer(pod),
    seccomp: { profileType: ProfileType.RuntimeDefault },
    namespaceOptions: podNamespaces(pod, userNamespace),
    ...(security?.runAsUser !== undefined && { runAsUser: { value: security.runAsUser } }),
    ...(security?.runAsGroup !== undefined && { runAsGroup: { value: security.runAsGroup } }),
    supplementalGroups: supplementalGroups(pod, extraGroups),
    supplementalGroupsPolicy: supplementalGroupsPolicy(pod),
    selinuxOptions: security?.seLinuxOptions,
  };
}

/** `net/ipv4/x` and `net.ipv4.x` name the same; the runtime takes dots. What comes first says which separator is meant. */
function dotted(name: string): string {
  const slash = name.indexOf('/');
  const dot = name.indexOf('.');
  if (slash < 0 || (dot >= 0 && dot < slash)) return name;
  return name.replace(/[/.]/g, (separator) => (separator === '/' ? '.' : '/'));
}

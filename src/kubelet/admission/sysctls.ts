/** Sysctls that pods may set (https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/). */
import type { Pod } from '../../api/core/v1.gen.ts';

const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

/** What is wrong with the pod's sysctls; undefined when nothing is. `allowed` adds names, and prefixes that end in `*`, to the safe ones. */
export function sysctlProblem(pod: Pod, allowed: readonly string[]): string | undefined {
  for (const { name } of pod.spec.securityContext?.sysctls ?? []) {
    const normal = normalized(name);
    const listed = SAFE.includes(normal) || allowed.some((rule) => ruleMatches(normalized(rule), normal));
    if (!listed) return `"${normal}" not allowlisted`;
    const namespace = namespaceOf(normal);
    if (namespace === 'ipc' && pod.spec.hostIPC) return `"${normal}" not allowed with host ipc enabled`;
    if (namespace === 'net' && pod.spec.hostNetwork) return `"${normal}" not allowed with host net enabled`;
  }
  return undefined;
}

function ruleMatches(rule: string, name: string): boolean {
  return rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : rule === name;
}

function namespaceOf(name: string): 'ipc' | 'net' {
  return name.startsWith('net.') ? 'net' : 'ipc';
}

/** Dots between the parts, whichever way it was written. */
function normalized(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[/.]/g, (c) => (c === '/' ? '.' : '/')) : name;
}

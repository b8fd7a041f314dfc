import type { Container } from '../../../../api/core/v1.gen.ts';
import { badContainers, containers, plural, quoted, sorted, type Check, type CheckPod } from '../check.ts';

/** Hosts that the kubelet would be sent to by a probe or hook. */
function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] {
  return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .filter((host): host is string => Boolean(host));
}

const check: CheckPod = (pod) => {
  const hosts: string[] = [];
  const bad = badContainers(pod, (_context, container) => {
    const used = hostsOf(container);
    hosts.push(...used);
    return used.length > 0;
  });
  if (bad.length === 0) return undefined;
  const distinct = sorted(hosts);
  const names = sorted(bad);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containers(names)} ${plural(names.length, 'uses', 'use')} ${plural(distinct.length, 'probe or lifecycle host')} ${quoted(distinct)}`,
  };
};

export const hostProbesAndHostLifecycle: Check = { id: 'hostProbesAndHostLifecycle', level: 'baseline', versions: [{ since: 34, check }] };

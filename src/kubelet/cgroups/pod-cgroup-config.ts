import type { Pod } from '../../api/core/v1.gen.ts';
import type { CgroupResources } from '../../host/cgroups.ts';
import { initContainers } from '../pod/containers.ts';
import { podLimits, podRequests } from '../../machinery/pod/pod-resources.ts';
import { parseList as parseResources } from '../../machinery/pod/resource-list.ts';
import { hasPodLevelResources } from '../pod/pod-resources.ts';
import { podQos } from '../pod/qos.ts';
import { milliCpuToQuota, milliCpuToShares, MIN_SHARES, QUOTA_PERIOD } from './cpu.ts';

/** Limits of a pod's cgroup (pkg/kubelet/cm ResourceConfigForPod): a limit is set only where every container has one, or the pod itself. */
export function podCgroupConfig(
  pod: Pod,
  options: { readonly enforceCpuLimits: boolean; readonly pidsLimit?: number | undefined },
): CgroupResources {
  const requests = podRequests(pod);
  const limits = podLimits(pod);
  const cpuShares = milliCpuToShares(requests.get('cpu')?.milliValue() ?? 0);
  const cpuQuota = options.enforceCpuLimits ? milliCpuToQuota(limits.get('cpu')?.milliValue() ?? 0) : -1;
  const memory = limits.get('memory')?.value() ?? 0;
  const hugepages = Object.fromEntries(
    [...requests]
      .filter(([name]) => name.startsWith('hugepages-'))
      .map(([name, amount]) => [name.slice('hugepages-'.length), amount.value()]),
  );
  const common = { hugepages, pidsLimit: options.pidsLimit };
  switch (podQos(pod)) {
    case 'Guaranteed':
      return { ...common, cpuShares, cpuQuota, cpuPeriod: QUOTA_PERIOD, memory };
    case 'Burstable':
      return {
        ...common,
        cpuShares,
        ...(declared(pod, 'cpu') && { cpuQuota, cpuPeriod: QUOTA_PERIOD }),
        ...(declared(pod, 'memory') && { memory }),
      };
    case 'BestEffort':
      return { ...common, cpuShares: MIN_SHARES };
  }
}

function declared(pod: Pod, resource: 'cpu' | 'memory'): boolean {
  const positive = (list: Record<string, string> | undefined) => !(parseResources(list).get(resource)?.isZero() ?? true);
  if (hasPodLevelResources(pod.spec.resources) && positive(pod.spec.resources?.limits)) return true;
  return [...pod.spec.containers, ...initContainers(pod)].every((c) => positive(c.resources?.limits));
}

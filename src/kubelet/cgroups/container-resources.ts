/** Limits of a container in CRI's terms (pkg/kubelet/kuberuntime/kuberuntime_container_linux.go). */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { Encodable } from '../cri/codec/message.ts';
import type { LinuxContainerResources } from '../cri/messages/resources.ts';
import { podLimits, podRequests } from '../../machinery/pod/pod-resources.ts';
import { parseList as parseResources, type ResourceList } from '../../machinery/pod/resource-list.ts';
import { hasPodLevelResources } from '../pod/pod-resources.ts';
import { milliCpuToQuota, milliCpuToShares, QUOTA_PERIOD } from './cpu.ts';
import { containerOomScoreAdjust } from './oom-score.ts';

export interface NodeLimits {
  /** Bytes. */
  readonly memoryCapacity: number;
  /** Sizes the kernel supports, as `2MB`, `1GB`. */
  readonly hugepageSizes: readonly string[];
  readonly cpuCfsQuota: boolean;
  /** The kernel accounts swap: containers get none. */
  readonly swapController: boolean;
}

type Resources = Encodable<typeof LinuxContainerResources>;

export function containerLinuxResources(pod: Pod, container: Container, node: NodeLimits): Resources {
  const requests = parseResources(container.resources?.requests);
  const own = parseResources(container.resources?.limits);
  const whole = hasPodLevelResources(pod.spec.resources) ? parseResources(pod.spec.resources?.limits) : new Map<string, Quantity>();
  const limit = (name: string) => (own.get(name)?.isZero() === false ? own.get(name) : (whole.get(name) ?? own.get(name)));
  const resources = linuxResources(requests.get('cpu'), limit('cpu'), limit('memory'), node);
  return {
    ...resources,
    oomScoreAdj: containerOomScoreAdjust(pod, container, node.memoryCapacity),
    hugepageLimits: node.hugepageSizes.map((pageSize) => ({ pageSize, limit: hugepageLimit(pageSize, new Map([...whole, ...own])) })),
    // Without swap the two limits are one.
    ...(node.swapController && resources.memoryLimitInBytes ? { memorySwapLimitInBytes: resources.memoryLimitInBytes } : {}),
  };
}

/** Of all the pod's containers, without overhead. */
export function sandboxResources(pod: Pod, node: NodeLimits): Resources {
  const requests = podRequests(pod, { overhead: false });
  const limits = podLimits(pod, { overhead: false });
  return linuxResources(requests.get('cpu'), limits.get('cpu'), limits.get('memory'), node);
}

export function overheadResources(pod: Pod, node: NodeLimits): Resources {
  if (!pod.spec.overhead) return {};
  const overhead = parseResources(pod.spec.overhead);
  return linuxResources(overhead.get('cpu'), overhead.get('cpu'), overhead.get('memory'), node);
}

function linuxResources(
  cpuRequest: Quantity | undefined,
  cpuLimit: Quantity | undefined,
  memoryLimit: Quantity | undefined,
  node: NodeLimits,
): Resources {
  // Where only a limit is given, it is the request as well.
  const shares = milliCpuToShares((cpuRequest ?? cpuLimit ?? Quantity.ZERO).milliValue());
  const memory = memoryLimit?.value() ?? 0;
  return {
    cpuShares: shares,
    ...(memory !== 0 && { memoryLimitInBytes: memory }),
    ...(node.cpuCfsQuota && { cpuQuota: milliCpuToQuota(cpuLimit?.milliValue() ?? 0), cpuPeriod: QUOTA_PERIOD }),
  };
}

function hugepageLimit(pageSize: string, limits: ResourceList): number {
  for (const [name, amount] of limits) {
    if (name.startsWith('hugepages-') && hugepageUnit(name.slice('hugepages-'.length)) === pageSize) return amount.value();
  }
  return 0;
}

/** `2Mi` is `2MB` in the kernel's names. */
export function hugepageUnit(size: string): string {
  let bytes = Quantity.parse(size).value();
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${bytes}${units[unit]}`;
}
